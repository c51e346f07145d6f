include:
  - b: {defaults: {who: me, deep: {k: 1}}}
  - c
  - d: {defaults: {}}
  - e: {key: ''}
  - f: {key: 'x:y:z', defaults: {who: you}}
  - f: {key: again}
own: {{ who|default('nobody') }}
