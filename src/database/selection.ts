import type { EntityMetadata } from 'typeorm';

/**
 * Columns of an entity's table, by the names of its properties, for a statement of our own: rows come as the entity's
 * objects then. The ORM's own reading takes several times as long as the statement where an answer is of many wide rows.
 * @param alias of the table in the statement
 * @param properties all without it
 */
export const selectionOf = (entity: EntityMetadata, alias: string, properties?: readonly string[]): string =>
  entity.columns
    .filter(({ propertyName }) => properties?.includes(propertyName) ?? true)
    .map(({ databaseName, propertyName, isArray, type }) => {
      const column = `${alias}."${databaseName}"`;
      // The driver reads a JSON list in a fraction of the time that an array of texts takes it.
      return `${isArray && type === 'text' ? `to_jsonb(${column})` : column} AS "${propertyName}"`;
    })
    .join(', ');
