/**
 * The official Linux builds of ONNX Runtime from 1.29 on keep a device id in the home folder and send events to their maker, unless
 * this variable stands in the environment when the library is loaded (microsoft/onnxruntime, pull request 27379). RLPrompt sends nothing.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';

export {};
