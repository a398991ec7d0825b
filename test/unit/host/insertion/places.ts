/** A cursor inside a string: the code before and after it, and what is around the text in the value of the whole expression. */
export interface Place {
  readonly before: string;
  readonly behind: string;
  readonly around: readonly [string, string];
}

const place = (before: string, behind: string, ...around: [string, string]): Place => ({ before, behind, around });

const SCRIPT = [
  place('"a', 'b"', 'a', 'b'),
  place("'a", "b'", 'a', 'b'),
  place('`a', 'b`', 'a', 'b'),
  place('`a${"`"}', '{b`', 'a`', '{b'),
  place('`${`a${{ x: "}" }.x}', '`}`', 'a}', ''),
  place(`"it's" + '"' + "`, '"', `it's"`, ''),
  place('/* it\'s */ "', '"', '', ''),
  place(`String(/['"/]/.source) + "`, '"', `['"/]`, ''),
  place('"\\\\" + \'\\\'', "'", "\\'", ''),
];

/** By language id. A raw string refuses texts that it cannot hold. */
export const PLACES: Readonly<Record<string, readonly Place[]>> = {
  javascript: SCRIPT,
  vue: [],
  typescript: SCRIPT,
  python: [
    place('"a', 'b"', 'a', 'b'),
    place("'a", "b'", 'a', 'b'),
    place('"""a', 'b"""', 'a', 'b'),
    place("'''a", "b'''", 'a', 'b'),
    place('f"{1}', '{2}"', '1', '2'),
    place("f'{{{1}", "'", '{1', ''),
    place('rf"', '{1}"', '', '1'),
    place('r"a', 'b"', 'a', 'b'),
    place('b"a', '".decode()', 'a', ''),
    place(`"" + "it's" + '"' + u"`, '"', `it's"`, ''),
    place(`f"{dict(a='{')['a']}}}`, '"', '{}', ''),
  ],
  java: [place('"a', 'b"', 'a', 'b'), place(`'"' + "it's" + '\\'' + "`, '"', `"it's'`, ''), place('/* it"s */ "', '"', '', '')],
  go: [place('"a', 'b"', 'a', 'b'), place('`a', 'b`', 'a', 'b'), place(`string('"') + "`, '"', '"', '')],
  rust: [
    place('"a', 'b"', 'a', 'b'),
    place('r"a', 'b"', 'a', 'b'),
    place('r#"a', 'b"#', 'a', 'b'),
    place('std::str::from_utf8(b"a', '").unwrap()', 'a', ''),
    place(`String::from('"') + "`, '"', '"', ''),
  ],
  c: [place('"a', 'b"', 'a', 'b'), place('"it\'s" "', '"', "it's", ''), place('u8"a', '"', 'a', '')],
  cpp: [
    place('"a', 'b"', 'a', 'b'),
    place('R"(a', 'b)"', 'a', 'b'),
    place('R"x(', ')" )x"', '', ')" '),
    place(`(void(1'000), "`, '")', '', ''),
  ],
  php: [
    place('"a', 'b"', 'a', 'b'),
    place("'a", "b'", 'a', 'b'),
    place(`"it's" . '"' . "`, '"', `it's"`, ''),
    place('"{$GLOBALS["argc"]}', '"', '1', ''),
  ],
  ruby: [place('"a', 'b"', 'a', 'b'), place("'a", "b'", 'a', 'b'), place('"#{"}" + 1.to_s}', '{b"', '}1', '{b')],
  shellscript: [
    place('"a', 'b"', 'a', 'b'),
    place("'a", "b'", 'a', 'b'),
    place("$'a", "b'", 'a', 'b'),
    place('it\\\'s"', '"', "it's", ''),
    place('"$(echo "a(")', 'b"', 'a(', 'b'),
  ],
};
