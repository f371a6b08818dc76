import { z } from 'zod';
import type { Unit } from '../../store/tenant/unit-store.js';
import { route, type Route } from './route.js';
import { flag, givenName, idParams, nothing, problem, unitView, usagesView } from './schemas.js';

const stillUsed = problem.extend(usagesView.shape).meta({ id: 'UnitInUse', description: 'Why, and how much' });
const nameBody = z.strictObject({ name: givenName });

/** The parts of a client. */
export const unitRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/units',
    summary: 'Add a unit',
    audience: 'admin',
    params: nothing,
    query: nothing,
    body: nameBody,
    answers: {
      201: { description: 'the unit', schema: unitView },
      409: { description: 'a unit has this name already' },
    },
    handle: async ({ services, scope, body }) => ({
      status: 201,
      body: viewUnit(await services.units.create(scope, body.name)),
    }),
  }),
  route({
    method: 'GET',
    path: '/units',
    summary: 'List the units that have not ended',
    audience: 'read',
    params: nothing,
    query: nothing,
    answers: { 200: { description: 'the units, by name', schema: z.strictObject({ units: z.array(unitView) }) } },
    handle: async ({ services, scope }) => ({
      status: 200,
      body: { units: (await services.units.list(scope)).map(viewUnit) },
    }),
  }),
  route({
    method: 'GET',
    path: '/units/{id}',
    summary: 'Show a unit',
    audience: 'read',
    params: idParams('unit'),
    query: nothing,
    answers: { 200: { description: 'the unit', schema: unitView } },
    handle: async ({ services, scope, params }) => ({
      status: 200,
      body: viewUnit(await services.units.find(scope, params.id)),
    }),
  }),
  route({
    method: 'PATCH',
    path: '/units/{id}',
    summary: 'Rename a unit; tokens, people and groups keep it',
    audience: 'admin',
    params: idParams('unit'),
    query: nothing,
    body: nameBody,
    answers: {
      200: { description: 'the unit', schema: unitView },
      409: { description: 'a unit has this name already' },
    },
    handle: async ({ services, scope, params, body }) => ({
      status: 200,
      body: viewUnit(await services.units.rename(scope, params.id, body.name)),
    }),
  }),
  route({
    method: 'GET',
    path: '/units/{id}/usages',
    summary: 'How much depends on a unit: see it before the unit ends',
    audience: 'read',
    params: idParams('unit'),
    query: nothing,
    answers: { 200: { description: 'how many of each', schema: usagesView } },
    handle: async ({ services, scope, params }) => {
      const unit = await services.units.find(scope, params.id);
      return { status: 200, body: await services.units.usages(scope, unit) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/units/{id}',
    summary: 'End a unit',
    description:
      'A token that has no other unit is revoked with it; one that has keeps those and reaches no more than before. ' +
      'People and groups stay. A unit that is in use ends only with `confirm=true`.',
    audience: 'admin',
    params: idParams('unit'),
    query: z.strictObject({ confirm: flag }),
    answers: {
      204: { description: 'the unit has ended' },
      409: { description: 'the unit is in use', schema: stillUsed },
    },
    handle: async ({ services, scope, params, query }) => {
      await services.units.end(scope, params.id, { confirmed: query.confirm === 'true' });
      return { status: 204 };
    },
  }),
];

function viewUnit({ id, name, createdAt }: Unit) {
  return { id, name, createdAt };
}
