import { Random } from '../../../../src/method/random';

/** Texts that break a literal without careful escapes. */
export const NASTY: readonly string[] = [
  '',
  ' ',
  'Absolutely',
  ' leading and trailing ',
  'say "hello"',
  "it's",
  '`backticks` and ``more``',
  `"'\`"'\``,
  '"""',
  "'''",
  'back\\slash',
  'ends in a backslash\\',
  '\\"',
  '\\n is not a line break',
  '\\u0041 \\x41 \\101 \\U00000041 \\N{DASH}',
  'two\nlines\r\nand\rmore\n',
  'tab\there',
  '\0',
  'a\x000b\x001',
  '\x01\x07\b\v\f\x1b\x7f1',
  '\x80\x85\x9f\xa0\xad',
  'naïve café ÿ Ā ſ',
  '感情を分析する',
  'emoji 😀 👩‍👩‍👧 🇩🇪 👍🏽',
  'e\u0301 \u0301',
  'a\u2028b\u2029c',
  '\uFEFF\u200B\u202E\u2066\uFFFD',
  '\u{10FFFF}\u{E0001}\uE000\uFFFE',
  '#{1} #$x #@x #',
  '${1} $x $(date) `date` $1 $$ $',
  '{} {{}} {{input}} {0} {input} {prompt} {mask}',
  '%s %d %% %(x)s 100%',
  '?> <?php echo 1 ?>',
  '</script><!-- <script> -->',
  "??/ ??= ??' ???? ?",
  '\\(x) \\{x} \\$ \\#{1}',
  '// no comment /* */ # -- ; rem',
  '@"x" $"x" R"(x)" r#"x"# f"x"',
  '! !! !x ~ * ? [a-z] & | > <',
  'key: value\n- item\n  more # x',
  ': - ? & * ! | > %  @',
  '<M>',
];

/** Halves of surrogate pairs: UTF-16 strings can hold them, UTF-8 strings cannot. */
export const LONE: readonly string[] = ['\uD83D', 'a\uDE00b', '\uDE00\uD83D', '😀\uD83D'];

/** Instructions, which are written on several lines. */
export const LONG: readonly string[] = [
  NASTY.join('\n'),
  `You sort reviews.\n\n- Say "positive" if the writer\'s mood is good.\n${'Think of irony, quotations and comparisons with other films. '.repeat(6)}\n`,
  ` ${'\\"$'.repeat(100)}  \n  x ${'👩‍👩‍👧 '.repeat(40)}`,
];

const ALPHABET = Array.from('"\'`\\$#{}()%@?/*<>!-&|;:, \n\r\t\0\x07\x1b\x7f\x85\u2028\uFEFF01afnxuUéÿ語😀\u{1F469}\u200D');

/** Texts of 1 to 12 characters that have a meaning somewhere, the same every time. */
export function randomTexts(count: number, seed: number): string[] {
  const random = new Random(seed);
  const text = (): string => Array.from({ length: 1 + random.below(12) }, () => ALPHABET[random.below(ALPHABET.length)]!).join('');
  return Array.from({ length: count }, text);
}
