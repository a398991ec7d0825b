/** Messages of `spec/`: `'spec.code': (arguments) => text`. */
export const specWording = {};
