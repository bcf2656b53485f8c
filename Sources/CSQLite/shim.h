#include <sqlite3.h>

/* Swift takes no functions with a variable number of arguments. */

/* Closing the last connection leaves the write-ahead log as it is. */
static inline int sqlite3_keep_wal_on_close(sqlite3 *connection)
{
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
