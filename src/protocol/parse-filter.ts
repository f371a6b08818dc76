import { invalidFilter, invalidPath, type RequestError } from '../errors.js';
import { readToken, type Token, type TokenKind } from './filter-lexer.js';
import { readLiteral } from './filter-literal.js';
import {
  compareOperators,
  joinTrees,
  type CompareOperator,
  type FilterLeaf,
  type FilterNode,
  type PatchPath,
} from './filter-tree.js';

/** What a filter may cost: characters, levels of brackets, and nodes of the tree. */
export const filterLimits = { length: 8_192, depth: 32, nodes: 200 } as const;

type MakeError = (detail: string) => RequestError;

/**
 * Parses a filter (RFC 7644 §3.4.2.2 figure 1) in time that grows with its length.
 * `a[f].b eq "x"`, which the grammar of PATCH paths suggests and providers send, means `a[f and b eq "x"]`.
 * Throws `invalidFilter` naming the position for a syntax error and for a filter beyond `filterLimits`.
 */
export function parseFilter(text: string): FilterNode {
  return new FilterParser(text, invalidFilter).wholeFilter();
}

/** Parses the path of a PATCH operation (RFC 7644 §3.5.2 figure 7). Throws `invalidPath` naming the position. */
export function parsePatchPath(text: string): PatchPath {
  return new FilterParser(text, invalidPath).wholePath();
}

/** Recursive descent with one token of look-ahead; `not` binds tighter than `and`, `and` tighter than `or`. */
class FilterParser {
  readonly #text: string;
  readonly #makeError: MakeError;
  #token: Token;
  #nodes = 0;

  constructor(text: string, makeError: MakeError) {
    this.#text = text;
    this.#makeError = makeError;
    if (text.length > filterLimits.length) {
      throw makeError(`the filter is longer than ${filterLimits.length} characters`);
    }
    this.#token = readToken(text, 0, this.#fault);
  }

  wholeFilter(): FilterNode {
    const filter = this.#alternatives(0, false);
    this.#finish();
    return filter;
  }

  wholePath(): PatchPath {
    const path = this.#attributePath();
    if (!this.#at('[')) {
      this.#finish();
      return { path: path.text };
    }
    const filter = this.#bracketed(0);
    const subAttribute = this.#subAttribute();
    this.#finish();
    return subAttribute === undefined
      ? { path: path.text, filter }
      : { path: path.text, filter, subAttribute: subAttribute.text };
  }

  #alternatives(depth: number, inValue: boolean): FilterNode {
    return this.#joined('or', () => this.#joined('and', () => this.#factor(depth, inValue)));
  }

  #joined(kind: 'and' | 'or', operand: () => FilterNode): FilterNode {
    const operands = [operand()];
    while (this.#keyword() === kind) {
      this.#demandSpace();
      this.#advance();
      this.#demandSpace();
      operands.push(operand());
    }
    if (operands.length > 1) this.#countNode();
    return joinTrees(kind, operands);
  }

  #factor(depth: number, inValue: boolean): FilterNode {
    if (this.#at('(')) return this.#group(depth, inValue);
    if (this.#keyword() !== 'not') return this.#expression(depth, inValue);
    this.#advance();
    if (!this.#at('(')) throw this.#expected('"(" after "not"');
    this.#countNode();
    return { kind: 'not', operand: this.#group(depth, inValue) };
  }

  #group(depth: number, inValue: boolean): FilterNode {
    this.#checkDepth(depth + 1);
    this.#advance();
    const filter = this.#alternatives(depth + 1, inValue);
    if (!this.#at(')')) throw this.#expected('"and", "or" or ")"');
    this.#advance();
    return filter;
  }

  #expression(depth: number, inValue: boolean): FilterNode {
    const path = this.#attributePath();
    if (!this.#at('[') || this.#token.spaced) return this.#attributeExpression(path.text, path.position);
    if (inValue) throw this.#fault('a value filter cannot hold another value filter', this.#token.position);
    this.#countNode();
    const filter = this.#bracketed(depth);
    const sub = this.#subAttribute();
    const { text, position } = path;
    if (sub === undefined) return { kind: 'valuePath', path: text, position, filter };
    const test = this.#attributeExpression(sub.text, sub.position);
    const operands = filter.kind === 'and' ? [...filter.operands, test] : [filter, test];
    return { kind: 'valuePath', path: text, position, filter: { kind: 'and', operands } };
  }

  #bracketed(depth: number): FilterNode {
    this.#checkDepth(depth + 1);
    this.#advance();
    const filter = this.#alternatives(depth + 1, true);
    if (!this.#at(']')) throw this.#expected('"and", "or" or "]"');
    this.#advance();
    return filter;
  }

  #attributeExpression(path: string, position: number): FilterLeaf {
    const operator = this.#token;
    const name = this.#keyword();
    if (operator.kind !== 'word') throw this.#expected('an operator');
    this.#demandSpace();
    this.#countNode();
    this.#advance();
    if (name === 'pr') return { kind: 'present', path, position };
    if (!isCompareOperator(name))
      throw this.#fault(`the operator ${quote(operator.text)} is not supported`, operator.position);
    const token = this.#token;
    // RFC 7644 §3.5.2.2 prints `value eq"…"` beside its own grammar; a quotation mark ends a word in any case.
    const value = readLiteral(token, this.#fault);
    this.#advance();
    const operatorPosition = operator.position;
    return { kind: 'compare', path, position, operator: name, operatorPosition, value, valuePosition: token.position };
  }

  #attributePath(): Token {
    const token = this.#token;
    if (token.kind !== 'word') throw this.#expected('an attribute');
    if (!isAttributePath(token.text))
      throw this.#fault(`${quote(token.text)} is not an attribute path`, token.position);
    this.#advance();
    return token;
  }

  /** The `.name` directly behind a value filter, without its dot. */
  #subAttribute(): Token | undefined {
    const token = this.#token;
    if (token.kind !== 'word' || token.spaced) return undefined;
    const text = token.text.slice(1);
    if (!token.text.startsWith('.') || !attributeName.test(text)) {
      throw this.#fault(`${quote(token.text)} is not a sub-attribute`, token.position);
    }
    this.#advance();
    return { ...token, text, position: token.position + 1 };
  }

  #at(kind: TokenKind): boolean {
    return this.#token.kind === kind;
  }

  #keyword(): string | undefined {
    return this.#token.kind === 'word' ? this.#token.text.toLowerCase() : undefined;
  }

  #advance(): void {
    this.#token = readToken(this.#text, this.#token.end, this.#fault);
  }

  #finish(): void {
    if (!this.#at('end')) throw this.#expected('the end');
  }

  #demandSpace(): void {
    if (!this.#token.spaced && !this.#at('end')) throw this.#expected('a space');
  }

  #checkDepth(depth: number): void {
    if (depth <= filterLimits.depth) return;
    throw this.#fault(`the filter is nested deeper than ${filterLimits.depth} levels`, this.#token.position);
  }

  #countNode(): void {
    this.#nodes += 1;
    if (this.#nodes <= filterLimits.nodes) return;
    throw this.#fault(`the filter has more than ${filterLimits.nodes} expressions`, this.#token.position);
  }

  #expected(what: string): RequestError {
    const { kind, text, position } = this.#token;
    return this.#fault(`expected ${what} but found ${kind === 'end' ? 'the end' : quote(text)}`, position);
  }

  readonly #fault = (what: string, position: number): RequestError =>
    this.#makeError(`${what}, at position ${position}`);
}

const attributeName = /^[A-Za-z$][\w$-]*$/;

/** `[URI ":"] name ["." name]`: the dots before the last colon belong to the URI. */
function isAttributePath(text: string): boolean {
  const [name = '', sub, ...more] = text.slice(text.lastIndexOf(':') + 1).split('.');
  return attributeName.test(name) && (sub === undefined || attributeName.test(sub)) && more.length === 0;
}

function isCompareOperator(name: string | undefined): name is CompareOperator {
  return compareOperators.some((operator) => operator === name);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
