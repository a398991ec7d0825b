/**
 * The official Linux builds of ONNX Runtime from 1.29 on keep a device id in the home folder and send events to Microsoft, unless
 * this variable is set when the library loads (microsoft/onnxruntime, pull request 27379). RLPrompt sends nothing.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';

export {};
