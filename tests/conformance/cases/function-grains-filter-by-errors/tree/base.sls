{{ salt['grains.filter_by']({'base': {'a': 1}, 'Debian': 'text'}, base='base') }}
