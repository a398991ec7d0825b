/** Messages of `search/`: `'search.code': (arguments) => text`. */
export const searchWording = {};
