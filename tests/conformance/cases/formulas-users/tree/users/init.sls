# vim: sts=2 ts=2 sw=2 et ai
{% from "users/map.jinja" import users with context %}
{% set used_sudo = [] %}
{% set used_user_files = [] %}
{%- for group, setting in salt['pillar.get']('groups', {}).items() %}
{%-   if setting.absent is defined and setting.absent or setting.get('state', "present") == 'absent' %}
users_group_absent_{{ group }}:
  group.absent:
    - name: {{ group }}
{%- else %}
users_group_present_{{ group }}:
  group.present:
    - name: {{ group }}
    - gid: {{ setting.get('gid', "null") }}
    - system: {{ setting.get('system',"False") }}
    - members: {{ setting.get('members')|json }}
    - addusers: {{ setting.get('addusers')|json }}
    - delusers: {{ setting.get('delusers')|json }}
{%- endif %}
{%- endfor %}
{%- for name, user in pillar.get('users', {}).items()
        if user.absent is not defined or not user.absent %}
{%- set current = salt.user.info(name) -%}
{%- if user == None -%}{%- set user = {} -%}{%- endif -%}
{%- if 'sudoonly' in user and user['sudoonly'] %}{%- set _dummy=user.update({'sudouser': True}) %}{%- endif %}
{%- if 'sudouser' in user and user['sudouser'] %}{%- do used_sudo.append(1) %}{%- endif %}
{%- set home = user.get('home', current.get('home', "/home/%s" % name)) -%}
{%- set createhome = user.get('createhome', True) -%}
{%- if 'prime_group' in user and 'name' in user['prime_group'] %}
{%- set user_group = user.prime_group.name -%}
{%- else -%}
{%- set user_group = name -%}
{%- endif %}
{%- if not ( 'sudoonly' in user and user['sudoonly'] ) %}
{%- for group in user.get('groups', []) %}
users_{{ name }}_{{ group }}_group:
  group.present:
    - name: {{ group }}
    {%- if group == 'sudo' %}
    - system: True
    {%- endif %}
{%- endfor %}
{%- if 'prime_group' in user %}
users_{{ user_group }}_prime:
  group.present:
    - name: {{ user_group }}
    - gid: {{ user['prime_group']['gid'] }}
{%- endif %}
users_{{ name }}_user:
  {%- if createhome %}
  file.directory:
    - name: {{ home }}
    - user: {{ user.get('homedir_owner', name) }}
    - group: {{ user.get('homedir_group', user_group) }}
    - mode: {{ user.get('user_dir_mode', '0750') }}
    - makedirs: True
    - require:
      - user: users_{{ name }}_user
  {%- endif %}
  user.present:
    - name: {{ name }}
    - home: {{ home }}
    - shell: {{ user.get('shell', current.get('shell', users.get('shell', '/bin/bash'))) }}
    {%- if 'uid' in user %}
    - uid: {{ user['uid'] }}
    {%- endif %}
    {%- if 'password' in user %}
    - password: '{{ user['password'] }}'
    {%- endif %}
    {%- if user.get('empty_password') %}
    - empty_password: {{ user.get('empty_password') }}
    {%- endif %}
    - enforce_password: {{ user.get('enforce_password', True) }}
    {%- if user.get('system', False) %}
    - system: True
    {%- endif %}
    {%- if 'fullname' in user %}
    - fullname: {{ user['fullname'] }}
    {%- endif %}
    {%- if 'workphone' in user %}
    - workphone: {{ user['workphone'] }}
    {%- endif %}
    - createhome: {{ createhome }}
    {%- if not user.get('unique', True) %}
    - unique: False
    {%- endif %}
    {%- if 'expire' in user %}
        {%- if grains['kernel'].endswith('BSD') and user['expire'] < 157766400 %}
    - expire: {{ user['expire'] * 86400 }}
        {%- else %}
    - expire: {{ user['expire'] }}
        {%- endif %}
    {%- endif %}
    - remove_groups: {{ user.get('remove_groups', 'False') }}
    - groups:
      - {{ user_group }}
      {%- for group in user.get('groups', []) %}
      - {{ group }}
      {%- endfor %}
    {% if user.optional_groups is defined %}
    - optional_groups: {{ user['optional_groups'] }}
    {% endif %}
    - require:
      {%- for group in user.get('groups', []) %}
      - group: {{ group }}
      {%- else %}
      - test: anchor
      {%- endfor %}
  {%- if 'ssh_auth' in user %}
  {%- for auth in user['ssh_auth'] %}
users_ssh_auth_{{ name }}_{{ loop.index0 }}:
  ssh_auth.present:
    - user: {{ name }}
    - name: {{ auth }}
    - require:
        - file: users_{{ name }}_user
        - user: users_{{ name }}_user
  {%- endfor %}
  {%- endif %}
{%- if 'ssh_config' in user %}
users_ssh_config_{{ name }}:
  file.managed:
    - name: @DIR@/{{ name }}_config
    - mode: 640
    - contents: |
        # Managed by Saltstack
        # Do Not Edit
        {% for label, setting in user.ssh_config.items() %}
        # {{ label }}
        Host {{ setting.get('hostname') }}
          {%- for opts in setting.get('options') %}
          {{ opts }}
          {%- endfor %}
        {% endfor -%}
{%- endif %}
{%- endif %}
{%- endfor %}
anchor:
  test.nop
{%- for name, user in pillar.get('users', {}).items()
        if user.absent is defined and user.absent %}
users_absent_user_{{ name }}:
{%- if 'purge' in user or 'force' in user %}
  user.absent:
    - name: {{ name }}
    {%- if 'purge' in user %}
    - purge: {{ user['purge'] }}
    {%- endif %}
    {%- if 'force' in user %}
    - force: {{ user['force'] }}
    {%- endif %}
{%- else %}
  user.absent:
    - name: {{ name }}
{%- endif %}
users_{{ users.sudoers_dir }}/{{ name }}:
  file.absent:
    - name: {{ users.sudoers_dir }}/{{ name }}
{%- endfor %}
{%- for user in pillar.get('absent_users', []) %}
users_absent_user_2_{{ user }}:
  user.absent:
    - name: {{ user }}
{%- endfor %}
