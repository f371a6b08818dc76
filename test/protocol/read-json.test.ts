import { expect } from 'chai';
import fc from 'fast-check';
import { RequestError } from '../../src/errors.js';
import { readJson } from '../../src/protocol/read-json.js';

function refusal(bytes: Buffer): string {
  try {
    readJson(bytes);
  } catch (error) {
    if (error instanceof RequestError && error.scimType === 'invalidSyntax') return error.message;
    throw error;
  }
  return 'accepted';
}

function nested(depth: number): string {
  return '[{"a":'.repeat(Math.floor(depth / 2)) + (depth % 2 === 1 ? '[]' : '0') + '}]'.repeat(Math.floor(depth / 2));
}

describe('strict JSON', () => {
  const accepted = [
    '{}',
    ' \t\r\n[ ]\n',
    '{"a":1,"b":[true,false,null],"c":{"d":"e"}}',
    '"x"',
    '-0.5e+10',
    '0',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"',
    '"😀é\u2028\u007f"',
    '{"a":{"x":1},"b":{"x":1}}',
    '[{"x":1},{"x":1}]',
    '{"":1}',
    '{"constructor":{"prototype":1}}',
    '["__proto__"]',
    nested(64),
  ];
  for (const text of accepted) {
    it(`reads ${text.slice(0, 60)} as JSON.parse does (RFC 8259)`, () => {
      expect(readJson(Buffer.from(text))).to.deep.equal(JSON.parse(text));
    });
  }

  const refused: readonly (readonly [string, string | Buffer, string])[] = [
    ['an empty body', '', 'the body is empty'],
    ['white space alone', ' \n', 'a value is expected (offset 2)'],
    ['text after the value', '{} x', 'text after the JSON value (offset 3)'],
    ['two values', '{}{}', 'text after the JSON value (offset 2)'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'a byte order mark is not allowed (offset 0)'],
    ['invalid UTF-8', Buffer.from([0x22, 0x61, 0xff, 0x22]), 'not UTF-8 at byte 2'],
    ['a truncated character', Buffer.from([0x22, 0xc3]), 'not UTF-8 at byte 1'],
    ['an overlong character', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'not UTF-8 at byte 1'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not UTF-8 at byte 1'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'a name in double quotes is expected (offset 1)'],
    ['a NUL byte', '"a\0"', 'NUL is not allowed (offset 2)'],
    ['an escaped NUL', '"a\\u0000"', 'NUL is not allowed (offset 2)'],
    ['a NUL after the value', '{}\0', 'text after the JSON value (offset 2)'],
    ['a name given twice', '{"a":1,"b":2,"a":3}', 'a name is given twice in one object (offset 13)'],
    ['names that differ in letter case only', '{"Name":1,"naME":2}', 'a name is given twice in one object (offset 10)'],
    ['a name given twice by way of an escape', '{"a":1,"\\u0061":2}', 'a name is given twice in one object (offset 7)'],
    ['a name given twice further down', '[{"x":{"a":1,"A":2}}]', 'a name is given twice in one object (offset 13)'],
    ['__proto__', '{"a":{"__proto__":{}}}', 'the name __proto__ is not allowed (offset 6)'],
    ['an escaped __proto__', '{"\\u005f_proto__":{}}', 'the name __proto__ is not allowed (offset 1)'],
    ['nesting of 65', nested(65).slice(0, -1), 'nested deeper than 64'],
    ['endless nesting', '['.repeat(100_000), 'nested deeper than 64 (offset 64)'],
    ['a comma too many in an object', '{"a":1,}', 'a name in double quotes is expected (offset 7)'],
    ['a comma too many in a list', '[1,]', 'a value is expected (offset 3)'],
    ['a missing comma', '[1 2]', 'a comma or ] is expected (offset 3)'],
    ['a missing comma in an object', '{"a":1 "b":2}', 'a comma or } is expected (offset 7)'],
    ['a missing colon', '{"a" 1}', 'a colon is expected (offset 5)'],
    ['a missing end', '{"a":1', 'a comma or } is expected (offset 6)'],
    ['a string without an end', '["abc', 'the string has no end (offset 1)'],
    ['a string that ends in a backslash', '"abc\\', 'the escape is not known (offset 4)'],
    ['a line feed in a string', '"a\nb"', 'a control character is not allowed in a string (offset 2)'],
    ['an unknown escape', '"\\x41"', 'the escape is not known (offset 1)'],
    ['a short escape', '"\\u12g4"', 'the escape needs four hexadecimal digits (offset 1)'],
    ['single quotes', "{'a':1}", 'a name in double quotes is expected (offset 1)'],
    ['a comment', '/* x */{}', 'a value is expected (offset 0)'],
    ['a leading zero', '[01]', 'a comma or ] is expected (offset 2)'],
    ['a leading plus', '[+1]', 'a value is expected (offset 1)'],
    ['a bare point', '[1.]', 'a comma or ] is expected (offset 2)'],
    ['NaN', 'NaN', 'a value is expected (offset 0)'],
    ['capital literals', '[True]', 'a value is expected (offset 1)'],
    ['a literal that goes on', 'nullx', 'text after the JSON value (offset 4)'],
    ['white space that JSON does not know', '\u00a0{}', 'a value is expected (offset 0)'],
  ];
  for (const [what, body, expected] of refused) {
    it(`refuses ${what} and says where (RFC 7644 §3.12)`, () => {
      expect(refusal(typeof body === 'string' ? Buffer.from(body) : body)).to.include(expected);
    });
  }

  it('never shows the body', () => {
    for (const body of [
      '{"secret":hunter2}',
      '{"hunter2":1,"hunter2":2}',
      'hunter2',
      '"hunter2',
      '{"a":"\\hunter2"}',
    ]) {
      expect(refusal(Buffer.from(body))).not.to.include('hunter2');
    }
  });

  it('reads all that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const message = refusal(Buffer.from(text));
        if (message === 'accepted') expect(readJson(Buffer.from(text))).to.deep.equal(JSON.parse(text));
        else expect(message).to.match(/given twice|NUL|__proto__/);
      }),
    );
  });

  it('refuses all that JSON.parse refuses, and nothing breaks it', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      'true',
      '1',
      '-',
      '.',
      'e',
      ' ',
      '\\u00',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const isAccepted = refusal(Buffer.from(text)) === 'accepted';
        if (isAccepted) expect(isJson).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes linear time, whatever a megabyte holds', () => {
    const size = 1 << 20;
    const bodies = [
      '['.repeat(size),
      '"' + '\\'.repeat(size),
      '"' + '\\u'.repeat(size / 2),
      '1'.repeat(size),
      ' '.repeat(size),
      '{' + Array.from({ length: size / 16 }, (_, index) => `"name${index}":0`).join() + '}',
      '[' + '{},'.repeat(size / 4) + '{}]',
    ];
    for (const body of bodies) refusal(Buffer.from(body));
    refusal(Buffer.alloc(size, 0xff));
  }).timeout(20_000);
});
