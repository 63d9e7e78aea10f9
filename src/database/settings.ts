import { Column, Entity, PrimaryColumn, type DataSource } from 'typeorm';

/** What all processes of an installation agree on and none is told by its environment. */
@Entity('settings')
export class Setting {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'settings_pkey' })
  name: string;

  @Column('text')
  value: string;
}

export async function readSetting(dataSource: DataSource, name: string): Promise<string | null> {
  const rows = await dataSource.query<Setting[]>(`SELECT value FROM settings WHERE name = $1`, [name]);
  return rows[0]?.value ?? null;
}

export async function writeSetting(dataSource: DataSource, name: string, value: string): Promise<void> {
  await dataSource.query(
    `INSERT INTO settings (name, value) VALUES ($1, $2)
     ON CONFLICT ON CONSTRAINT settings_pkey DO UPDATE SET value = excluded.value`,
    [name, value],
  );
}

/** The setting's value, which is `value` where there was none: of many that ask at once, all get the same. */
export async function settle(dataSource: DataSource, name: string, value: string): Promise<string> {
  await dataSource.query(
    `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT settings_pkey DO NOTHING`,
    [name, value],
  );
  return (await readSetting(dataSource, name))!;
}
