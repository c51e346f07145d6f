{%- from "postgres/map.jinja" import postgres with context %}
{%- from "postgres/macros.jinja" import format_state with context %}
{%- set needs_psql = [] %}
{%- for name, user in postgres.users|dictsort %}
{{ format_state(name, 'postgres_user', user) }}
    - require:
      - test: postgres-cluster
{%- endfor %}
{%- for name, db in postgres.databases|dictsort() %}
{%- if 'schemas' in db %}
{%- for schema_name, schema in db.pop('schemas', {}).items() %}
{%- do schema.update({'dbname': name, 'name': schema_name}) %}
{{ format_state(name ~ '-' ~ schema_name, 'postgres_schema', schema) }}
    - require:
      - test: postgres_database-{{ name }}
{%- endfor %}
{%- endif %}
{{ format_state(name, 'postgres_database', db) }}
{%- endfor %}
postgres-cluster:
  test.succeed_with_changes:
    - name: {{ postgres.data_dir | replace('/', '-') }}
postgresql-conf:
  file.blockreplace:
    - name: @DIR@/postgresql.conf
    - marker_start: "# Managed by SaltStack: listen_addresses: please do not edit"
    - marker_end: "# Managed by SaltStack: end of salt managed zone --"
    - content: |
        {%- if postgres.postgresconf %}
        {{ postgres.postgresconf|indent(8) }}
        {%- endif %}
        {%- for k, v in postgres.settings.items() %}
        {{ '%-20s = %s' | format(k, v) }}
        {%- endfor %}
    - show_changes: True
    - append_if_not_found: True
    - require:
      - file: postgresql-conf-comment-port
postgresql-conf-comment-port:
  file.replace:
    - name: @DIR@/postgresql.conf
    - pattern: ^port\s*=.+
    - repl: {{ '# \g<0> (salt)'|yaml_dquote }}
    - flags: 8
    - show_changes: True
    - require:
      - file: base-conf
base-conf:
  file.managed:
    - name: @DIR@/postgresql.conf
    - replace: false
    - contents: |
        data_directory = 'x'
        port = 5432
        # tail
postgresql-pg_hba:
  file.managed:
    - name: @DIR@/pg_hba.conf
    - source: salt://postgres/pg_hba.conf
    - template: jinja
    - defaults:
        acls: {{ postgres.acls|yaml() }}
    - mode: '0640'
