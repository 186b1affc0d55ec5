import type { DuckDBInstance } from '@duckdb/node-api';
import type { History } from '../../schemas/records/history/history.ts';

export async function writePage(_database: DuckDBInstance, _history: History, _out: string): Promise<void> {}
