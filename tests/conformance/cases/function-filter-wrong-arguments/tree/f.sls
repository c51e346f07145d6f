{{ {'a': 1}|update_dict_key_value('a', {}) }}
