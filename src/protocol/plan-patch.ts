import { invalidPath, invalidSyntax, invalidValue, mutability, noTarget } from '../errors.js';
import { leafOf, resolvePath, type AttributePath } from '../schema/attribute-path.js';
import { conformerFor, type Conformer } from '../schema/conform.js';
import { isJsonObject } from '../schema/document.js';
import type { ResourceSchema, ResourceType } from '../schema/resource-type.js';
import { readOperations, type PatchOperation } from './patch-operations.js';
import type { DocumentChange, MemberChange, PatchOptions, PatchPlan } from './patch-plan.js';
import { resolveTarget, type ValueSelector } from './patch-target.js';
import { joinMemberChanges } from './member-changes.js';
import { namesMembers, planMembers } from './plan-members.js';

export type { DocumentChange, MemberChange, PatchOptions, PatchPlan } from './patch-plan.js';

/**
 * Turns a PATCH message into changes, before anything is read from the store (RFC 7644 §3.5.2). Cost grows with the body.
 * Throws `invalidSyntax`, `invalidPath`, `invalidFilter`, `invalidValue`, `mutability` and `noTarget`.
 */
export function planPatch(type: ResourceType, body: unknown, options: PatchOptions): PatchPlan {
  const planner = new Planner(type, options);
  for (const operation of readOperations(body, options.tolerant)) planner.plan(operation);
  return { document: planner.document, members: joinMemberChanges(planner.members) };
}

/** How many expressions the filters of the paths may have together: all are read before anything is changed, while others wait. */
export const maxPathExpressions = 4_000;

interface Step {
  readonly op: PatchOperation['op'];
  readonly path: AttributePath;
  readonly selector: ValueSelector | undefined;
  readonly value: unknown;
}

class Planner {
  readonly document: DocumentChange[] = [];
  readonly members: MemberChange[] = [];
  readonly #type: ResourceType;
  readonly #options: PatchOptions;
  readonly #conformer: Conformer;
  #selectorNodes = 0;

  constructor(type: ResourceType, options: PatchOptions) {
    this.#type = type;
    this.#options = options;
    this.#conformer = conformerFor(type);
  }

  plan({ op, path, value }: PatchOperation): void {
    if (path === undefined) return this.#resource(op, value);
    const target = resolveTarget(this.#type, path);
    if (target.kind === 'extension') this.#extension(op, target.schema, value);
    else this.#attribute({ op, path: target.path, selector: this.#counted(target.selector), value });
  }

  #counted(selector: ValueSelector | undefined): ValueSelector | undefined {
    this.#selectorNodes += selector?.nodes ?? 0;
    if (this.#selectorNodes <= maxPathExpressions) return selector;
    throw invalidPath(`the filters of the paths have more than ${maxPathExpressions} expressions together`);
  }

  #resource(op: PatchOperation['op'], value: unknown): void {
    if (op === 'remove') throw noTarget('remove needs a path');
    if (!isJsonObject(value)) throw invalidValue(`${op} without a path needs an object of attributes as its value`);
    for (const [key, item] of Object.entries(value)) {
      const path = resolvePath(this.#type, key);
      if (path?.kind === 'extension') this.#extension(op, path.schema, item);
      else if (path === undefined || path.subAttribute !== undefined) this.#unknown(key);
      else this.#attribute({ op, path, selector: undefined, value: item });
    }
  }

  /** A whole extension: each attribute that the value names, or every writable one where it is removed. */
  #extension(op: PatchOperation['op'], schema: ResourceSchema, value: unknown): void {
    const isRemoval = op === 'remove' || (op === 'replace' && value === null);
    if (isRemoval) return this.#removeExtension(schema);
    if (!isJsonObject(value)) throw invalidValue(`${schema.id} must be an object of attributes`);
    for (const [key, item] of Object.entries(value)) {
      const path = resolvePath(this.#type, `${schema.id}:${key}`);
      if (path?.kind !== 'attribute' || path.subAttribute !== undefined) this.#unknown(key);
      else this.#attribute({ op, path, selector: undefined, value: item });
    }
  }

  #removeExtension(schema: ResourceSchema): void {
    for (const attribute of schema.attributes.values()) {
      if (attribute.mutability === 'readOnly') continue;
      const text = `${schema.id}:${attribute.name}`;
      this.document.push({ kind: 'unset', path: { extension: schema.id, attribute, subAttribute: undefined, text } });
    }
  }

  #unknown(key: string): void {
    if (this.#options.unknown === 'ignore') return;
    throw invalidSyntax(`${this.#type.name} has no attribute ${JSON.stringify(key.slice(0, 100))}`);
  }

  #attribute(step: Step): void {
    if (isReadOnly(step.path)) return this.#readOnly(step);
    if (namesMembers(this.#type, step.path)) {
      this.members.push(...planMembers(this.#type, step, this.#options));
      return;
    }
    if (step.op === 'remove') return this.#remove(step);
    if (step.value === undefined) throw invalidValue(`${step.op} of ${step.path.text} needs a value`);
    if (!isNothing(step.value)) return this.#write(step);
    if (step.op === 'replace') this.#remove({ ...step, value: undefined });
  }

  /** A tolerant reading lets a provider repeat what the service has set. */
  #readOnly({ op, path, selector, value }: Step): void {
    if (!this.#options.tolerant || op === 'remove' || selector !== undefined || value === undefined) {
      throw mutability(`${path.text} is read-only`);
    }
    if (path.attribute.name === 'schemas') return;
    const expected = this.#conformer.value(path, value, { unknown: 'ignore', partial: true });
    this.document.push({ kind: 'expect', path, value: expected });
  }

  #remove({ path, selector, value }: Step): void {
    const hasValue = value !== undefined && value !== null;
    if (hasValue && !this.#options.tolerant) throw invalidValue('remove takes no value');
    if (leafOf(path).required && (selector === undefined || path.subAttribute !== undefined)) {
      throw mutability(`${path.text} is required`);
    }
    if (!path.attribute.multiValued) return void this.document.push({ kind: 'unset', path });
    if (selector !== undefined || path.subAttribute !== undefined) {
      return void this.document.push({ kind: 'unsetMatching', path, selector });
    }
    this.document.push(
      hasValue ? { kind: 'removeValues', path, values: this.#list(path, value, true) } : { kind: 'unset', path },
    );
  }

  #write(step: Step): void {
    const { op, path, selector, value } = step;
    if (path.attribute.multiValued && (selector !== undefined || path.subAttribute !== undefined)) {
      return this.#writeMatching(step);
    }
    if (path.attribute.multiValued && op === 'add') {
      return void this.document.push({ kind: 'addValues', path, values: this.#list(path, value, false) });
    }
    if (leafOf(path).type === 'complex' && !path.attribute.multiValued) return this.#merge(step);
    const conformed = this.#conformer.value(path, value, { unknown: this.#options.unknown });
    this.document.push(conformed === undefined ? { kind: 'unset', path } : { kind: 'set', path, value: conformed });
  }

  /** Sub-attributes that the value does not name stay as they are (RFC 7644 §3.5.2.3); read-only ones are passed over. */
  #merge({ op, path, value }: Step): void {
    if (!isJsonObject(value)) throw invalidValue(`${path.text} must be an object`);
    for (const [key, item] of Object.entries(value)) {
      const subAttribute = path.attribute.subAttributes.get(key.toLowerCase());
      if (subAttribute === undefined) this.#unknown(`${path.text}.${key}`);
      else if (subAttribute.mutability !== 'readOnly') {
        const text = `${path.text}.${subAttribute.name}`;
        this.#attribute({ op, path: { ...path, subAttribute, text }, selector: undefined, value: item });
      }
    }
  }

  #writeMatching(step: Step): void {
    const { op, path, selector, value } = step;
    const mode = op === 'add' ? 'merge' : 'replace';
    const described = selector === undefined ? {} : selector.described;
    const canCreate = op === 'add' || selector === undefined || this.#options.tolerant;
    const conformed = path.subAttribute === undefined ? this.#element(path, value, op) : this.#value(path, value);
    if (conformed === undefined) return;
    const known = described === undefined ? undefined : this.#described(path, described);
    const create = canCreate ? known : undefined;
    this.document.push({
      kind: 'setMatching',
      path,
      selector,
      mode,
      value: this.#kept(step, conformed, known),
      create,
    });
  }

  /** Providers replace a value by its filter without repeating what the filter says of it. */
  #kept({ path }: Step, value: unknown, described: unknown): unknown {
    const isWhole = path.subAttribute === undefined && isJsonObject(value) && isJsonObject(described);
    return isWhole && this.#options.tolerant ? { ...described, ...value } : value;
  }

  #described(path: AttributePath, described: unknown): Readonly<Record<string, unknown>> {
    const element = this.#conformer.element(path.attribute, described, { unknown: 'ignore', partial: true });
    return isJsonObject(element) ? element : {};
  }

  #element(path: AttributePath, value: unknown, op: PatchOperation['op']): unknown {
    const only: unknown = this.#options.tolerant && Array.isArray(value) && value.length === 1 ? value[0] : value;
    const options = { unknown: this.#options.unknown, partial: op === 'add' || this.#options.tolerant };
    return this.#conformer.element(path.attribute, only, options);
  }

  #value(path: AttributePath, value: unknown): unknown {
    return this.#conformer.value(path, value, { unknown: this.#options.unknown });
  }

  #list(path: AttributePath, value: unknown, partial: boolean): readonly unknown[] {
    const list = Array.isArray(value) ? value : [value];
    const conformed = this.#conformer.value(path, list, { unknown: this.#options.unknown, partial });
    return Array.isArray(conformed) ? conformed : [];
  }
}

// What an attribute without a value is given as (RFC 7643 §2.5).
function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function isReadOnly({ attribute, subAttribute }: AttributePath): boolean {
  return attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly';
}
