/** Messages of `method/`: `'method.code': (arguments) => text`. */
export const methodWording = {};
