{{ 'a'|uuid(1) }}
