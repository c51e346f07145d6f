include: ['..package']
{{ sls }}-{{ tplfile }}:
  test.nop:
    - require:
      - sls: app.package
