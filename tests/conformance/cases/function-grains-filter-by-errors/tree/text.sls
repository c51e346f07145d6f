{{ salt['grains.filter_by']({'Debian': 'text'}, merge={'a': 1}) }}
