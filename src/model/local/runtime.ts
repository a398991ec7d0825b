import './telemetryOff';

/** The one place that loads ONNX Runtime, after switching its telemetry off. */
export { InferenceSession, Tensor } from 'onnxruntime-node';
