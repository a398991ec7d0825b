/** Messages of `model/`: `'model.code': (arguments) => text`. */
export const modelWording = {
  'model.templateNeedsMask': ({ model, template }: { model: string; template: string }) => ({
    message: `${model} is a masked model: its template needs {mask} where the label word goes`,
    found: JSON.stringify(template),
    expected: 'for example "{input} {prompt} {mask} ."',
  }),
  'model.maskAdded': ({ template }: { template: string }) => `a masked model needs {mask}, so the template became "${template}"`,
};
