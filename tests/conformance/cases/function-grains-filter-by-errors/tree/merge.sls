{{ salt['grains.filter_by']({'Debian': {'a': 1}}, merge=[1]) }}
