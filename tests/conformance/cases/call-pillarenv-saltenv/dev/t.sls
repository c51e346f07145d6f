{% set tree = 'dev' %}
{{ tree }}-{{ saltenv }}-{{ pillar | list | sort | join('+') }}-{{ opts['saltenv'] }}-{{ opts['pillarenv'] }}: test.nop
