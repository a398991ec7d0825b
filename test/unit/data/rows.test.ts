import { describe, expect, it } from 'vitest';
import { problemOf, row, rowsOf } from './folder';

describe('CSV', () => {
  it('reads quoted fields with commas, doubled quotes and newlines, and names the line that each row begins on', async () => {
    const rows = await rowsOf('a.csv', 'text,label\n"one, ""two"", three",x\n"four\n\nfive",y\n"",""\nlast,z\n');
    expect(rows).toEqual([row(2, 'one, "two", three', 'x'), row(3, 'four\n\nfive', 'y'), row(6, '', ''), row(7, 'last', 'z')]);
  });

  it('reads a last row without a line end', async () => {
    expect(await rowsOf('a.csv', 'text,label\na,x')).toEqual([row(2, 'a', 'x')]);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads %s line ends', async (_name, end) => {
    expect(await rowsOf('a.csv', ['text,label', 'a,x', 'b,y', ''].join(end))).toEqual([row(2, 'a', 'x'), row(3, 'b', 'y')]);
  });

  it('reads mixed line ends', async () => {
    const rows = await rowsOf('a.csv', 'text,label\r\na,x\nb,y\r\nc,z\n');
    expect(rows).toEqual([row(2, 'a', 'x'), row(3, 'b', 'y'), row(4, 'c', 'z')]);
  });

  it('keeps a line end inside quotes as it is, and counts CRLF as one line', async () => {
    const rows = await rowsOf('a.csv', 'text,label\r\n"a\r\nb\r\nc",x\r\n"d\ne",y\r\nf,z\r\n');
    expect(rows).toEqual([row(2, 'a\r\nb\r\nc', 'x'), row(5, 'd\ne', 'y'), row(7, 'f', 'z')]);
  });

  it('trims the names of columns, not the fields', async () => {
    expect(await rowsOf('a.csv', ' text , label\n a , x\n')).toEqual([row(2, ' a ', ' x')]);
  });

  it('finds a quoted name after a byte order mark', async () => {
    expect(await rowsOf('a.csv', '\uFEFF"text","label"\r\n"a","x"\r\n')).toEqual([row(2, 'a', 'x')]);
  });

  it('takes .CSV for .csv', async () => {
    expect(await rowsOf('A.CSV', 'text,label\na,x\n')).toEqual([row(2, 'a', 'x')]);
  });

  it('says where a quote opens that is never closed', async () => {
    expect(await problemOf(() => rowsOf('a.csv', 'text,label\na,x\n\n"b,x\nc,y\nd,z\n'))).toMatchObject({
      severity: 'error',
      file: 'a.csv',
      line: 4,
      code: 'data.quoteNotClosed',
      args: [{ limit: undefined }],
    });
  });

  it('says so too when a megabyte follows, without reading it all', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', `text,label\r\n"a\r\nb",x\r\n"c,x\r\n${'more text,y\r\n'.repeat(200_000)}`));
    expect(problem).toMatchObject({ file: 'a.csv', line: 4, code: 'data.quoteNotClosed', args: [{ limit: 1_000_000 }] });
  });

  it('names the row whose open quote has run into the next ones', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', 'text,label\na,x\n"b,x\n"c",y\n'));
    expect(problem).toMatchObject({ file: 'a.csv', line: 3, code: 'data.badCsv' });
    expect(problem.found).toContain('Invalid Closing Quote: got "c"');
  });

  it('takes quotes that are not doubled for text, where the fields are as many as the columns', async () => {
    const rows = await rowsOf('a.csv', 'text,label\n5" screen,x\n"b" c,y\nb "c" d,x\n"e, ""f""",y\n');
    expect(rows).toEqual([
      { ...row(2, '5" screen', 'x'), bareQuotes: true },
      { ...row(3, '"b" c', 'y'), bareQuotes: true },
      { ...row(4, 'b "c" d', 'x'), bareQuotes: true },
      row(5, 'e, "f"', 'y'),
    ]);
  });

  it('reads quotes behind backslashes', async () => {
    const rows = await rowsOf('a.csv', 'text,label\n"he said \\"no, thanks\\" twice",x\n');
    expect(rows).toEqual([{ ...row(2, 'he said "no, thanks" twice', 'x'), bareQuotes: true }]);
  });

  it('refuses quotes that leave the fields in doubt', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', 'text,label\na,x\n"b" c, d,x\n'));
    expect(problem).toMatchObject({ file: 'a.csv', line: 3, code: 'data.badCsv' });
    expect(problem.found).toContain('Invalid Closing Quote');
  });

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['vertical bars', '|'],
  ])('finds %s between the columns', async (_name, by) => {
    const rows = await rowsOf('a.csv', `text${by}label\na, b, "c"${by}x\n"d${by}e, f"${by}y\n`);
    expect(rows.map(({ fields }) => fields)).toEqual([
      { text: 'a, b, "c"', label: 'x' },
      { text: `d${by}e, f`, label: 'y' },
    ]);
  });

  it('keeps to commas where text has semicolons, and where there is one column', async () => {
    expect(await rowsOf('a.csv', 'text,label\na; b,x\nc; d,y\n')).toEqual([row(2, 'a; b', 'x'), row(3, 'c; d', 'y')]);
    expect(await rowsOf('a.csv', 'text\na; b\n')).toEqual([{ line: 2, fields: { text: 'a; b' } }]);
  });

  it.each([
    ['alone', 'sep=;\n', ';'],
    ['in quotes, after a byte order mark', '\uFEFF"sep=;"\r\n', ';'],
    ['with a character of its own', 'SEP=^\r', '^'],
  ])('takes the delimiter that Excel’s first line names: %s', async (_name, first, by) => {
    const rows = await rowsOf('a.csv', `${first}text${by}label\na, b${by}x\n"c\n${by}d"${by}y\ne${by}z\n`);
    expect(rows).toEqual([row(3, 'a, b', 'x'), row(4, `c\n${by}d`, 'y'), row(6, 'e', 'z')]);
  });

  it('takes a first line that only begins like Excel’s for the header', async () => {
    expect(await rowsOf('a.csv', 'sep=,label\na,x\n')).toEqual([{ line: 2, fields: { 'sep=': 'a', label: 'x' } }]);
  });

  it('finds the delimiter of a long file, cut in the middle of a quoted field', async () => {
    const rows = await rowsOf('a.csv', `text;label\n"${'word, '.repeat(20_000)}";x\n`);
    expect(rows[0]!.fields.label).toBe('x');
  });

  it('leaves out columns without a name', async () => {
    expect(await rowsOf('a.csv', ',text,label,,\n0,a,x,,\n')).toEqual([row(2, 'a', 'x')]);
  });

  it('names a row with too many fields, and what to do about it', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', 'text,label\na,x\nwell, no,y\n'));
    expect(problem).toMatchObject({
      file: 'a.csv',
      line: 3,
      code: 'data.fieldCount',
      args: [{ fields: 3, columns: ['text', 'label'], shown: 'well, no, y', delimiter: ',' }],
    });
    expect(problem.expected).toContain('"quotes"');
  });

  it('says which delimiters are read where the header has one column', async () => {
    const { expected } = await problemOf(() => rowsOf('a.csv', 'text~label\nwell, no~x\n'));
    expect(expected).toBe(
      '1 field: text~label (put text that contains a comma in "quotes"; columns are separated by commas, semicolons, tabs or vertical bars)',
    );
  });

  it('names the first line of a row with too many fields that spans several', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', 'text,label\n"a\nb",x\n"c\nd",y,z\n'));
    expect(problem).toMatchObject({ line: 4, code: 'data.fieldCount' });
  });

  it('names a row with too few fields', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', 'id,text,label\n1,a,x\n\n2,b\n'));
    expect(problem).toMatchObject({ file: 'a.csv', line: 4, args: [{ fields: 2, columns: ['id', 'text', 'label'], shown: '2, b' }] });
    expect(problem.expected).not.toContain('"quotes"');
  });

  it('refuses two columns of one name', async () => {
    const problem = await problemOf(() => rowsOf('a.csv', '\n\ntext,label,text\na,x,b\n'));
    expect(problem).toMatchObject({ file: 'a.csv', line: 3, code: 'data.duplicateColumn', args: [{ name: 'text' }] });
  });
});

describe('TSV', () => {
  it('takes quotes and commas for text', async () => {
    const rows = await rowsOf('a.tsv', 'text\tlabel\nhe said "hi, you\tx\n"quoted"\ty\n"\t"\n');
    expect(rows).toEqual([row(2, 'he said "hi, you', 'x'), row(3, '"quoted"', 'y'), row(4, '"', '"')]);
  });

  it('reads CRLF and mixed line ends', async () => {
    expect(await rowsOf('a.tsv', 'text\tlabel\r\na\tx\nb\ty\r\n')).toEqual([row(2, 'a', 'x'), row(3, 'b', 'y')]);
  });

  it('names a ragged row', async () => {
    const long = await problemOf(() => rowsOf('a.tsv', 'text\tlabel\na\tx\nb\ty\tz\n'));
    expect(long).toMatchObject({ file: 'a.tsv', line: 3, args: [{ fields: 3, shown: 'b ⇥ y ⇥ z', delimiter: undefined }] });
    const short = await problemOf(() => rowsOf('a.tsv', 'text\tlabel\na,x\n'));
    expect(short).toMatchObject({ file: 'a.tsv', line: 2, code: 'data.fieldCount', args: [{ fields: 1, shown: 'a,x' }] });
  });

  it('refuses a row that is too long to be one', async () => {
    const problem = await problemOf(() => rowsOf('a.tsv', `text\tlabel\na\tx\n${'b'.repeat(1_100_000)}\tx\n`));
    expect(problem).toMatchObject({ file: 'a.tsv', line: 3, code: 'data.rowTooLong', args: [{ limit: 1_000_000 }] });
  });
});

describe('JSONL', () => {
  it('reads strings, numbers and booleans by name, and keeps what is nested apart', async () => {
    const rows = await rowsOf('a.jsonl', '{"text":"a","label":0,"n":1.5,"ok":true,"no":null,"list":["x"],"deep":{"x":1}}\n{"label":"y"}\n');
    expect(rows).toEqual([
      { line: 1, fields: { text: 'a', label: '0', n: '1.5', ok: 'true' }, nested: { list: ['x'], deep: { x: 1 } } },
      { line: 2, fields: { label: 'y' } },
    ]);
  });

  it('reads CRLF and mixed line ends and a last line without one', async () => {
    const rows = await rowsOf('a.jsonl', '{"text":"a","label":"x"}\r\n{"text":"b","label":"y"}\n{"text":"c\\r\\nd","label":"z"}');
    expect(rows).toEqual([row(1, 'a', 'x'), row(2, 'b', 'y'), row(3, 'c\r\nd', 'z')]);
  });

  it('does not end a line at U+2028, which JSON allows in a string', async () => {
    const rows = await rowsOf('a.jsonl', '{"text":"a\u2028b\u2029c","label":"x"}\n{"text":"d\u0085e","label":"y"}\n');
    expect(rows).toEqual([row(1, 'a\u2028b\u2029c', 'x'), row(2, 'd\u0085e', 'y')]);
  });

  it('names a line that is not JSON', async () => {
    const problem = await problemOf(() => rowsOf('a.jsonl', '{"text":"a","label":"x"}\n\n{"text": a}\n'));
    expect(problem).toMatchObject({ file: 'a.jsonl', line: 3, code: 'data.notJson', args: [{ shown: '{"text": a}' }] });
  });

  it.each(['["a","x"]', 'null', '"a"', '3'])('names a line that is not an object: %s', async (shown) => {
    const problem = await problemOf(() => rowsOf('a.jsonl', `{"text":"a","label":"x"}\n${shown}\n`));
    expect(problem).toMatchObject({ file: 'a.jsonl', line: 2, code: 'data.notObject', args: [{ shown }] });
  });

  it('shortens what it found', async () => {
    const problem = await problemOf(() => rowsOf('a.jsonl', `${'x'.repeat(500)}\n`));
    expect(problem.found).toBe(`${'x'.repeat(77)}…`);
  });
});

describe('a .json file', () => {
  it('is an array of objects, each at the line that it begins on', async () => {
    const rows = await rowsOf(
      'a.json',
      '\uFEFF[\n  {\n    "text": "a",\n    "label": "x", "deep": {"x": [1]}\n  },\n  {"text": "b", "label": 1}\n]\n',
    );
    expect(rows).toEqual([{ ...row(2, 'a', 'x'), nested: { deep: { x: [1] } } }, row(6, 'b', '1')]);
  });

  it('may be JSON lines', async () => {
    expect(await rowsOf('a.json', '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n')).toEqual([row(1, 'a', 'x'), row(2, 'b', 'y')]);
  });

  it('names what is not JSON, and what is not an object', async () => {
    const broken = await problemOf(() => rowsOf('a.json', '[\n{"text":"a","label":"x"},\n{"text": a}\n]'));
    expect(broken).toMatchObject({ file: 'a.json', line: 3, code: 'data.notJson', args: [{ shown: '{"text": a}' }] });
    const value = await problemOf(() => rowsOf('a.json', '[\n{"text":"a","label":"x"},\n3]'));
    expect(value).toMatchObject({ file: 'a.json', line: 3, code: 'data.notObject', args: [{ shown: '3' }] });
  });
});
