import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { OpenAPIBackend, type Context, type Document } from 'openapi-backend';

/** A request as GitHub's own description of its API sees it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the description says of a request: the operation with its parameters, or what is wrong. */
export type Judged =
  | { readonly operation: string; readonly params: Readonly<Record<string, string>> }
  | { readonly mistake: string };

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

/** The parts of the API that a review could come near: reading all of it takes long. */
const NEAR =
  /^\/(?:app|installation|repos\/\{owner\}\/\{repo\}(?:$|\/(?:pulls|issues|check-|commits|compare|contents|git\/|collaborators)))/;

/** Judges requests by the description that GitHub publishes: unknown paths, parameters and fields are mistakes. */
export async function readDescription(): Promise<(request: ApiRequest) => Promise<Judged>> {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  const whole = JSON.parse(readFileSync(file, 'utf8')) as Document & { 'x-webhooks'?: unknown };
  delete whole['x-webhooks'];
  const paths = Object.fromEntries(Object.entries(whole.paths ?? {}).filter(([path]) => NEAR.test(path)));
  const backend = new OpenAPIBackend({
    definition: { ...whole, paths } as Document,
    quick: true,
    coerceTypes: true,
    ajvOpts: { strict: false, formats: { 'date-time': true, 'repo.nwo': true, uri: true, timestamp: true } },
  });
  backend.register('notFound', () => ({ mistake: 'no such path' }));
  backend.register('methodNotAllowed', () => ({ mistake: 'no such method' }));
  backend.register('validationFail', ({ validation }: Context) => ({
    mistake: JSON.stringify(validation.errors),
  }));
  backend.register('notImplemented', ({ operation, request }: Context) => ({
    operation: (operation as Operation).operationId,
    params: request.params,
    unknown: unknownParts(operation as Operation, request),
  }));
  await backend.init();

  const resolve = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const found = schema.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name.replace(/~1/g, '/')], whole);
    return resolve(found as Schema);
  };
  const branches = (given: Schema): Schema[] => {
    const schema = resolve(given);
    const below = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
    return [schema, ...below.flatMap(branches)];
  };
  const unknownFields = (schema: Schema, value: unknown, at: string): string[] => {
    if (Array.isArray(value)) {
      const items = branches(schema).find((branch) => branch.items)?.items;
      return items
        ? value.flatMap((item, index) => unknownFields(items, item, `${at}[${String(index)}]`))
        : [];
    }
    if (typeof value !== 'object' || value === null) return [];
    const known = branches(schema).flatMap((branch) => Object.entries(branch.properties ?? {}));
    if (known.length === 0) return [];
    return Object.entries(value).flatMap(([name, inside]) => {
      const property = known.find(([candidate]) => candidate === name)?.[1];
      return property ? unknownFields(property, inside, `${at}.${name}`) : [`${at}.${name}`];
    });
  };
  const unknownParts = (
    { parameters = [], requestBody }: Operation,
    request: Context['request'],
  ): string[] => {
    const names = parameters
      .map((parameter) => resolve(parameter as Schema) as { in?: string; name?: string })
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name);
    const queries = Object.keys(request.query).filter((name) => !names.includes(name));
    const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
    const body = request.body as unknown;
    const hasBody = body !== undefined && body !== null && body !== '';
    if (hasBody && !schema) return ['a body'];
    return [
      ...queries.map((name) => `?${name}`),
      ...(hasBody && schema ? unknownFields(schema, request.requestBody, 'body') : []),
    ];
  };

  return async (request) => {
    const answer = (await backend.handleRequest({
      method: request.method,
      path: request.path,
      query: request.query,
      headers: {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
    } as Parameters<typeof backend.handleRequest>[0])) as Judged & { readonly unknown?: readonly string[] };
    if ('unknown' in answer && answer.unknown && answer.unknown.length > 0) {
      return { mistake: `unknown: ${answer.unknown.join(', ')}` };
    }
    return answer;
  };
}
