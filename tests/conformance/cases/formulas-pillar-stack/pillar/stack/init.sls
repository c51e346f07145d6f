include:
  - .defaults
  - .envs.{{ grains.get('env', 'prod') }}:
      key: stack:env
      defaults: {name: injected, list: [1, 2]}
stack:
  order: [init]
  web: {ports: [80]}
