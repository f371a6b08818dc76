import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  cursorTimeoutSeconds,
  digestQuery,
  openCursor,
  sealCursor,
  type CursorBinding,
  type CursorPosition,
} from '../../src/protocol/cursor.js';
import { maxPageSize, readListQuery, type QueryParameters } from '../../src/protocol/list-query.js';
import { groupType, resourceTypes, userType } from '../../src/schema/resource-type.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const issuedMs = 1_767_225_600_000;
const digest = (parameters: QueryParameters, types = [userType]) => digestQuery(readListQuery(types, parameters));

const binding: CursorBinding = {
  secret: randomBytes(32),
  scope: 'client,unit',
  query: digest({ filter: 'userName sw "J"' }),
  count: 10,
  nowMs: issuedMs,
};
const position: CursorPosition = { key: 'jensen', id: '2819c223-7f76-453a-919d-413861904646', totalResults: 100 };
const cursor = sealCursor(binding, position);
const opening = (changed: Partial<CursorBinding>, text = cursor) =>
  scimTypeOf(() => openCursor({ ...binding, ...changed }, text));

describe('a cursor', () => {
  it('gives back the position that was sealed, whatever its value is (RFC 9865 §2)', () => {
    const key = fc.oneof(fc.string({ unit: 'binary', maxLength: 512 }), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(fc.record({ key, id: fc.uuid(), totalResults: fc.nat() }), (sealed) => {
        expect(openCursor(binding, sealCursor(binding, sealed))).to.deep.equal(sealed);
      }),
    );
  });

  it('holds nothing but unreserved characters and fits a URL, however long the sort value is (RFC 9865 §2)', () => {
    const longest = sealCursor(binding, { ...position, key: '\u{10FFFF}'.repeat(512) });
    for (const text of [cursor, longest]) expect(text).to.match(/^[A-Za-z0-9_-]{40,8000}$/);
  });

  it('shows a client nothing of the position (RFC 9865 §5.2)', () => {
    const bytes = Buffer.from(cursor, 'base64url').toString('latin1');
    expect(bytes).not.to.include('jensen').and.not.to.include(position.id);
  });

  it('is invalid when one bit of it has been changed, or when it was never one (RFC 9865 §2.1, §5.2)', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    for (let place = 0; place < bytes.length; place++) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      expect(opening({}, forged.toString('base64url')), `byte ${place}`).to.equal('invalidCursor');
    }
    for (const text of [
      'VZUTiyhEQJ94IR',
      'x',
      cursor.slice(0, -4),
      `${cursor}AAAA`,
      ...['A', 'x', '-', '_'].map((more) => cursor + more),
      `${cursor}=`,
      ' ',
      'ü'.repeat(60),
    ]) {
      expect(opening({}, text), text).to.equal('invalidCursor');
    }
    expect(opening({}, 'A'.repeat(5_000_000))).to.equal('invalidCursor');
  });

  it('is invalid under another secret, for another scope and for another query, and says the same each time (RFC 9865 §5.2)', () => {
    const changes: readonly Partial<CursorBinding>[] = [
      { secret: randomBytes(32) },
      { scope: 'another client,unit' },
      { scope: 'client,unit,another unit' },
      { query: digest({ filter: 'userName sw "K"' }) },
    ];
    const details = changes.map((changed) => {
      expect(opening(changed)).to.equal('invalidCursor');
      try {
        openCursor({ ...binding, ...changed }, cursor);
      } catch (error) {
        return error instanceof Error ? error.message : undefined;
      }
      return undefined;
    });
    expect(new Set(details)).to.have.lengthOf(1);
  });

  it('is refused as invalidCount when the count has changed (RFC 9865 §2.1)', () => {
    expect(opening({ count: 11 })).to.equal('invalidCount');
  });

  it('lives for the cursorTimeout and then has expired, which is said of a true cursor alone (RFC 9865 §2.1, §4)', () => {
    const lastMs = issuedMs + cursorTimeoutSeconds * 1_000;
    expect(opening({ nowMs: lastMs })).to.equal('accepted');
    expect(opening({ nowMs: lastMs + 1 })).to.equal('expiredCursor');
    expect(opening({ nowMs: lastMs + 1, scope: 'another' })).to.equal('invalidCursor');
  });
});

describe('the digest of a query', () => {
  it('does not depend on letter case and spaces that mean nothing, as in the example (RFC 9865 §2)', () => {
    expect(digest({ filter: 'userName sw "J"', sortBy: 'userName' })).to.equal(
      digest({ filter: '  USERNAME  SW  "j"', sortBy: 'urn:ietf:params:scim:schemas:core:2.0:User:username' }),
    );
  });

  it('does not depend on what is shown of each resource, nor on the page (RFC 7644 §3.9)', () => {
    expect(digest({ attributes: 'userName', count: '3' })).to.equal(digest({ cursor: '' }));
  });

  it('depends on the filter, the order and the resource types (RFC 9865 §2)', () => {
    const queries: readonly QueryParameters[] = [
      {},
      { filter: 'title eq "a"' },
      { filter: 'title ne "a"' },
      { filter: 'title eq "A" and nickName eq "b"' },
      { filter: 'title eq "A" or nickName eq "b"' },
      { filter: 'not (title eq "a")' },
      { filter: 'nickName eq "a"' },
      { filter: 'emails[type eq "a"]' },
      { filter: 'emails[value eq "a"]' },
      { filter: 'emails.type eq "a"' },
      { filter: 'externalId eq "a"' },
      { filter: 'externalId eq "A"' },
      { filter: 'active eq true' },
      { filter: 'active eq false' },
      { sortBy: 'title' },
      { sortBy: 'title', sortOrder: 'descending' },
      { sortBy: 'nickName' },
    ];
    const digests = [
      ...queries.map((query) => digest(query)),
      digest({}, [groupType]),
      digest({}, [...resourceTypes]),
      digest({ sortBy: 'displayName' }, [...resourceTypes]),
    ];
    expect(new Set(digests)).to.have.lengthOf(digests.length);
  });
});

describe('the paging of a query', () => {
  const paging = (parameters: QueryParameters) => readListQuery([userType], parameters).paging;
  const fault = (parameters: QueryParameters) => scimTypeOf(() => paging(parameters));

  it('is by index unless there is a cursor; an empty one asks for the first page (RFC 9865 §2, §2.4)', () => {
    expect(paging({})).to.deep.equal({ kind: 'index', startIndex: 1, count: 100 });
    expect(paging({ cursor: '' })).to.deep.equal({ kind: 'cursor', cursor: '', count: 100 });
  });

  it('takes a negative count as 0 and one above the maximum as the maximum (RFC 9865 §2)', () => {
    for (const method of [{}, { cursor: '' }]) {
      expect(paging({ ...method, count: '-3' }).count).to.equal(0);
      expect(paging({ ...method, count: '100000' }).count).to.equal(maxPageSize);
    }
  });

  it('refuses a count beside a cursor that is no integer as invalidCount (RFC 9865 §2.1)', () => {
    for (const count of ['1.5', 'ten', '1e2', '0x10', '9'.repeat(400)]) {
      expect(fault({ cursor: '', count }), count).to.equal('invalidCount');
      expect(fault({ count }), count).to.equal('invalidValue');
    }
  });

  it('is either by index or by cursor (RFC 9865 §2.4)', () => {
    expect(fault({ cursor: '', startIndex: '1' })).to.equal('invalidValue');
  });
});
