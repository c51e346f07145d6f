app-service-{{ tplfile }}:
  test.nop:
    - watch:
      - sls: app.package
