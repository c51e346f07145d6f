base: {'(': [a, {match: pcre}]}
