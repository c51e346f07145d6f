include:
  - app.package
  - ..service.running
{{ slscolonpath }}:
  test.nop:
    - require: [{sls: app.service.*}]
