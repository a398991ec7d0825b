/** Messages of `model/`: `'model.code': (arguments) => text`. */
export const modelWording = {};
