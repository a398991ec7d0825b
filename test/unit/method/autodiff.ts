import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

// Without its advice to install another back end.
tf.env().set('IS_TEST', true);

/** Automatic differentiation that shares nothing with our own gradients. */
export { tf };
