import type Sqlite from 'better-sqlite3'
import { explainSqlite } from './explain-sqlite.ts'

/**
 * Has a database, its statements and transactions throw typed errors in place of those of SQLite. Every connection of
 * ours goes through here, so that nobody else has to know what SQLite throws.
 */
export function guard(database: Sqlite.Database): Sqlite.Database {
  const explaining: Explaining = act => explain(act, database.name)
  const { prepare, transaction, exec, pragma } = database
  return Object.assign(database, {
    exec: explaining(exec.bind(database)),
    pragma: explaining(pragma.bind(database)),
    prepare: explaining((sql: string) => guardStatement(prepare.call(database, sql), explaining)),
    transaction: (act: (...values: unknown[]) => unknown) =>
      guardTransaction(transaction.call(database, act), explaining),
  })
}

type Explaining = <V extends unknown[], R>(act: (...values: V) => R) => (...values: V) => R

function explain<V extends unknown[], R>(act: (...values: V) => R, path: string): (...values: V) => R {
  return (...values) => {
    try {
      return act(...values)
    } catch (error) {
      throw explainSqlite(error, path)
    }
  }
}

function guardStatement(statement: Sqlite.Statement, explaining: Explaining): Sqlite.Statement {
  const { run, get, all, iterate } = statement
  return Object.assign(statement, {
    run: explaining(run.bind(statement)),
    get: explaining(get.bind(statement)),
    all: explaining(all.bind(statement)),
    iterate: explaining((...values: unknown[]) => guardRows(iterate.apply(statement, values), explaining)),
  })
}

function guardRows<T>(rows: IterableIterator<T>, explaining: Explaining): IterableIterator<T> {
  return Object.assign(rows, { next: explaining(rows.next.bind(rows)) })
}

function guardTransaction<F extends Sqlite.Transaction<(...values: unknown[]) => unknown>>(
  run: F,
  explaining: Explaining,
) {
  return Object.assign(explaining(run), {
    default: explaining(run.default),
    deferred: explaining(run.deferred),
    immediate: explaining(run.immediate),
    exclusive: explaining(run.exclusive),
  })
}
