{{ salt['sdb.get']() }}
