import type { Attribute } from '../../schema/attribute.js';
import { always, bind, raw, sql } from '../sql/compose-sql.js';
import type { Column } from './compile-test.js';
import type { Dialect } from '../database/dialect.js';
import { inForce } from '../resources/in-force.js';
import type { Sql } from '../sql/sql.js';
import type { CompileContext, Rows } from './value-source.js';

/** The groups of the user `r`: those it is a member of, and those that contain one of these (RFC 7643 §4.1.2). */
export function groupsOfUser(context: CompileContext): Rows {
  const from = sql`(
    with recursive up (id) as (
      select m.group_id from memberships m where m.client_id = :client and m.user_id = r.id and ${inForce('m')}
      union select n.group_id from up cross join nestings n where n.client_id = :client and n.child_id = up.id
    ) select id from up
  ) u cross join groups e`;
  const direct = sql`select 1 from memberships d where d.client_id = :client and d.group_id = e.id and d.user_id = r.id and ${inForce('d')}`;
  const type = sql`case when exists (${direct}) then 'direct' else 'indirect' end`;
  const reference = sql`(${bind(`${context.publicUrl}/scim/v2/Groups/`)} || ${raw(context.dialect.idText('e.id'))})`;
  const where = sql`e.client_id = :client and e.id = u.id and ${visible(context, 'e')}`;
  return memberRows({
    from,
    where,
    type,
    reference,
    display: raw(context.dialect.jsonText('e.search', ['displayName'])),
  });
}

/** The members of the group `r`: users, and groups (RFC 7643 §4.2). */
export function membersOfGroup(context: CompileContext): Rows {
  const from = sql`(
    select m.user_id as id, ${userDisplay(context.dialect)} as display, 'user' as kind from memberships m cross join users u
      where m.client_id = :client and m.group_id = r.id and ${inForce('m')}
      and u.client_id = :client and u.id = m.user_id and u.deleted_at is null and ${visible(context, 'u')}
    union all select n.child_id as id, ${raw(context.dialect.jsonText('c.search', ['displayName']))} as display, 'group' as kind from nestings n cross join groups c
      where n.client_id = :client and n.group_id = r.id
      and c.client_id = :client and c.id = n.child_id and ${visible(context, 'c')}
  ) e`;
  const folder = raw(`case when e.kind = 'user' then 'Users/' else 'Groups/' end`);
  const base = bind(`${context.publicUrl}/scim/v2/`);
  const reference = sql`(${base} || ${folder} || ${raw(context.dialect.idText('e.id'))})`;
  return memberRows({ from, where: undefined, type: raw('e.kind'), reference, display: raw('e.display') });
}

/** What the column `display_name` of the user `u` says, folded: the first there is of these (RFC 7643 §4.2). */
function userDisplay(dialect: Dialect): Sql {
  const at = (...keys: string[]) => dialect.jsonText('u.search', keys);
  const [given, family] = [at('name', 'givenName'), at('name', 'familyName')];
  const names = `nullif(coalesce(${given} || ' ' || ${family}, ${given}, ${family}), '')`;
  return raw(`coalesce(${at('displayName')}, ${at('name', 'formatted')}, ${names}, ${at('userName')})`);
}

interface MemberParts {
  readonly from: Sql;
  readonly where: Sql | undefined;
  readonly type: Sql;
  readonly reference: Sql;
  readonly display: Sql;
}

function memberRows({ from, where, type, reference, display }: MemberParts): Rows {
  const columns: Readonly<Record<string, Column>> = {
    value: { kind: 'id', column: 'e.id' },
    display: { kind: 'text', text: display },
    type: { kind: 'text', text: type },
    $ref: { kind: 'text', text: reference },
  };
  return {
    kind: 'rows',
    from,
    where,
    order: 'e.id',
    column: (subAttribute: Attribute | undefined) => columns[subAttribute?.name ?? ''] ?? nothing,
  };
}

const nothing: Column = { kind: 'text', text: raw('cast(null as text)') };

function visible(context: CompileContext, alias: string): Sql {
  return context.inScope?.(alias) ?? always;
}
