/**
 * Makes maps of documents. They inherit nothing, so no name is in one that the document does not give it; yet they are
 * ordinary objects to the engine, which `Object.create(null)` are not: those are hash tables, slower in everything.
 */
export const Fields = function Fields() {} as unknown as new () => Record<string, unknown>;
Fields.prototype = Object.freeze(Object.create(null));
