/** Messages of `data/`: `'data.code': (arguments) => text`. */
export const dataWording = {};
