all:
  test.succeed_with_changes:
    - fire_event: True
    - reload_modules: True
    - reload_grains: True
    - reload_pillar: True
    - failhard: False
    - provider: null
    - saltenv: base
event-name: {test.nop: [{fire_event: my/event}]}
