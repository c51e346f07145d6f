{{ salt['pillar.keys']('nope') }}
