{{ 'a'|to_camelcase(nosuch=1) }}
