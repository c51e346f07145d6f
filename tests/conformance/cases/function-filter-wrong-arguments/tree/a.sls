{{ 'a'|regex_match }}
