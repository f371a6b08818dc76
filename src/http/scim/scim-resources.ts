import { Types } from 'scimmy';
import type { Groups } from '../../directory/groups/groups.js';
import type { ResourceAnswer } from '../../directory/resource-answer.js';
import type { Users } from '../../directory/users/users.js';
import { groupType, userType, type ResourceType } from '../../schema/resource-type.js';
import { groupSchema, userSchema, type SchemaDocument } from '../../schema/schema-documents.js';
import { scimmyDefinition } from '../../schema/scimmy-definitions.js';
import { ScimCall, type ScimServices } from './scim-call.js';

type ServiceOf = (services: ScimServices) => Users | Groups;

/** The router hands on what its `context` gave it, typed as anything. */
function callOf(context: unknown): ScimCall {
  if (context instanceof ScimCall) return context;
  throw new Error('the router gave no call');
}

function scimSchema(document: SchemaDocument): typeof Types.Schema {
  const definition = scimmyDefinition(document);
  return class extends Types.Schema {
    static override get definition() {
      return definition;
    }
  };
}

/** A PUT where there is an id, a POST where there is none. */
async function writeResource(
  call: ScimCall,
  service: Users | Groups,
  type: ResourceType,
  { id, body }: { readonly id: string | undefined; readonly body: unknown },
): Promise<ResourceAnswer> {
  const plain = await call.meantResource(type, body);
  if (id === undefined) return service.create(call.scope, plain, call.projection(type));
  return service.replace(call.scope, call.resourceRequest(type, id, plain));
}

/**
 * A resource class for scimmy's router: its methods are one call each into the directory. The base class never sees what a
 * client wrote: its constructor would parse the id, the filter and the attributes.
 */
function scimResource(type: ResourceType, document: SchemaDocument, serviceOf: ServiceOf) {
  const schema = scimSchema(document);
  return class extends Types.Resource {
    static override get endpoint() {
      return type.endpoint;
    }

    static override get schema() {
      return schema;
    }

    // Locations are made from the public URL; what the router derives from a request is not kept.
    static override basepath = () => undefined;

    readonly #id: string | undefined;

    constructor(id?: unknown) {
      super();
      this.#id = typeof id === 'string' ? id : undefined;
    }

    override async read(context?: unknown): Promise<Buffer | undefined> {
      const call = callOf(context);
      if (this.#id === undefined) return call.answerList([type]);
      return call.answer(await serviceOf(call.services).read(call.scope, this.#id, call.projection(type)));
    }

    override async write(body: unknown, context?: unknown): Promise<Buffer | undefined> {
      const call = callOf(context);
      return call.answer(await writeResource(call, serviceOf(call.services), type, { id: this.#id, body }));
    }

    override async patch(body: unknown, context?: unknown): Promise<Buffer | undefined> {
      const call = callOf(context);
      const request = call.resourceRequest(type, this.#id ?? '', await call.meantPatch(type, body));
      return call.answer(await serviceOf(call.services).patch(call.scope, request));
    }

    override async dispose(context?: unknown): Promise<void> {
      const call = callOf(context);
      await serviceOf(call.services).remove(call.scope, call.resourceRequest(type, this.#id ?? '', undefined));
    }
  };
}

export const UserResource = scimResource(userType, userSchema, ({ users }) => users);
export const GroupResource = scimResource(groupType, groupSchema, ({ groups }) => groups);
