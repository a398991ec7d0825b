import './telemetryOff';

/** The one place that loads ONNX Runtime: with its telemetry switched off before. */
export { InferenceSession, Tensor } from 'onnxruntime-node';
