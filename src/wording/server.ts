/** Messages of `model/server/`: `'server.code': (arguments) => text`. */
export const serverWording = {};
