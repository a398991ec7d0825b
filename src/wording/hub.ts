/** Messages of `model/hub/`: `'hub.code': (arguments) => text`. */
export const hubWording = {};
