//! The parameters of Salt's filters, so that a call is bound as Python binds it: what is missing, too much or unknown is an
//! error before the filter runs.

use minijinja::Error;

use crate::binding::Signature;
use crate::language::jinja::arguments::Arguments;

/// The name of a filter, of the function behind it, how many of its parameters need a value, and their names.
type Row = (&'static str, &'static str, usize, &'static [&'static str]);

/// By name.
static SIGNATURES: &[Row] = &[
    (
        "append_dict_key_value",
        "append_dict_key_value",
        3,
        &["in_dict", "keys", "value", "delimiter", "ordered_dict"],
    ),
    ("avg", "lst_avg", 1, &["lst"]),
    ("base64_decode", "base64_b64decode", 1, &["instr"]),
    ("base64_encode", "base64_b64encode", 1, &["instr"]),
    ("check_whitelist_blacklist", "check_whitelist_blacklist", 1, &["value", "whitelist", "blacklist"]),
    ("compare_dicts", "compare_dicts", 0, &["old", "new"]),
    ("compare_lists", "compare_lists", 0, &["old", "new"]),
    ("contains_whitespace", "contains_whitespace", 1, &["text"]),
    ("date_format", "strftime", 0, &["date", "format"]),
    ("dict_to_sls_yaml_params", "SerializerExtension.dict_to_sls_yaml_params", 1, &["value", "flow_style"]),
    ("difference", "difference", 2, &["lst1", "lst2"]),
    ("dns_check", "dns_check", 2, &["addr", "port", "safe", "ipv6"]),
    ("exactly_n_true", "exactly_n", 1, &["iterable", "amount"]),
    ("exactly_one_true", "exactly_one", 1, &["iterable"]),
    (
        "extend_dict_key_value",
        "extend_dict_key_value",
        3,
        &["in_dict", "keys", "value", "delimiter", "ordered_dict"],
    ),
    ("file_hashsum", "get_hash", 1, &["path", "form", "chunk_size"]),
    ("filter_by_networks", "filter_by_networks", 2, &["values", "networks"]),
    ("flatten", "flatten", 1, &["data", "levels", "preserve_nulls", "_ids"]),
    ("from_entries", "from_entries", 1, &["entries"]),
    ("gen_mac", "gen_mac", 0, &["prefix"]),
    ("get_uid", "get_uid", 0, &["user"]),
    ("hmac", "hmac_signature", 3, &["string", "shared_secret", "challenge_hmac"]),
    ("hmac_compute", "hmac_compute", 2, &["string", "shared_secret"]),
    ("human_to_bytes", "human_to_bytes", 1, &["size", "default_unit", "handle_metric"]),
    ("intersect", "intersect", 2, &["lst1", "lst2"]),
    ("ip_host", "ip_host", 1, &["value", "options", "version"]),
    ("ipaddr", "ipaddr", 1, &["value", "options"]),
    ("ipv4", "ipv4", 1, &["value", "options"]),
    ("ipv6", "ipv6", 1, &["value", "options"]),
    ("ipwrap", "ipwrap", 1, &["data"]),
    ("is_bin_file", "is_binary", 1, &["path"]),
    ("is_empty", "is_empty", 1, &["filename"]),
    ("is_hex", "is_hex", 1, &["value"]),
    ("is_ip", "is_ip_filter", 1, &["ip_addr", "options"]),
    ("is_ipv4", "is_ipv4_filter", 1, &["ip_addr", "options"]),
    ("is_ipv6", "is_ipv6_filter", 1, &["ip_addr", "options"]),
    ("is_iter", "is_iter", 1, &["thing", "ignore"]),
    ("is_list", "is_list", 1, &["value"]),
    ("is_text_file", "is_text", 1, &["fp_", "blocksize"]),
    ("json", "SerializerExtension.format_json", 1, &["value", "sort_keys", "indent"]),
    (
        "json_decode_dict",
        "encode_dict",
        1,
        &["data", "encoding", "errors", "keep", "preserve_dict_class", "preserve_tuples"],
    ),
    (
        "json_decode_list",
        "encode_list",
        1,
        &["data", "encoding", "errors", "keep", "preserve_dict_class", "preserve_tuples"],
    ),
    (
        "json_encode_dict",
        "encode_dict",
        1,
        &["data", "encoding", "errors", "keep", "preserve_dict_class", "preserve_tuples"],
    ),
    (
        "json_encode_list",
        "encode_list",
        1,
        &["data", "encoding", "errors", "keep", "preserve_dict_class", "preserve_tuples"],
    ),
    ("json_query", "json_query", 2, &["data", "expr"]),
    ("list_files", "list_files", 1, &["directory"]),
    ("mac_str_to_bytes", "mac_str_to_bytes", 1, &["mac_str"]),
    ("max", "lst_max", 1, &["obj"]),
    ("md5", "md5_digest", 1, &["instr"]),
    ("min", "lst_min", 1, &["obj"]),
    ("mysql_to_dict", "mysql_to_dict", 2, &["data", "key"]),
    ("network_hosts", "network_hosts", 1, &["value", "options", "version"]),
    ("network_size", "network_size", 1, &["value", "options", "version"]),
    ("python", "SerializerExtension.format_python", 1, &["value"]),
    ("quote", "quote", 1, &["txt"]),
    ("rand_str", "random_hash", 0, &["size", "hash_type"]),
    ("random_hash", "random_hash", 0, &["size", "hash_type"]),
    ("random_sample", "sample", 2, &["value", "size", "seed"]),
    ("random_shuffle", "shuffle", 1, &["value", "seed"]),
    ("random_str", "random", 0, &["size"]),
    ("regex_escape", "regex_escape", 1, &["value"]),
    ("regex_match", "regex_match", 2, &["txt", "rgx", "ignorecase", "multiline"]),
    ("regex_replace", "regex_replace", 3, &["txt", "rgx", "val", "ignorecase", "multiline"]),
    ("regex_search", "regex_search", 2, &["txt", "rgx", "ignorecase", "multiline"]),
    ("sequence", "ensure_sequence_filter", 1, &["data"]),
    (
        "set_dict_key_value",
        "set_dict_key_value",
        3,
        &["in_dict", "keys", "value", "delimiter", "ordered_dict"],
    ),
    ("sha1", "sha1_digest", 1, &["instr"]),
    ("sha256", "sha256_digest", 1, &["instr"]),
    ("sha512", "sha512_digest", 1, &["instr"]),
    ("skip", "skip_filter", 1, &["data"]),
    ("sorted_ignorecase", "sorted_ignorecase", 1, &["to_sort"]),
    ("str_to_num", "to_num", 1, &["text"]),
    ("strftime", "strftime", 0, &["date", "format"]),
    ("substring_in_list", "substr_in_list", 2, &["string_to_search_for", "list_to_search"]),
    ("symmetric_difference", "symmetric_difference", 2, &["lst1", "lst2"]),
    ("to_bool", "to_bool", 1, &["val"]),
    ("to_bytes", "to_bytes", 1, &["s", "encoding", "errors"]),
    ("to_camelcase", "snake_to_camel_case", 1, &["snake_input", "uppercamel"]),
    ("to_entries", "to_entries", 1, &["data"]),
    ("to_num", "to_num", 1, &["text"]),
    ("to_snake_case", "camel_to_snake_case", 1, &["camel_input"]),
    ("traverse", "traverse_dict_and_list", 2, &["data", "key", "default", "delimiter"]),
    ("union", "union", 2, &["lst1", "lst2"]),
    ("unique", "unique", 1, &["values"]),
    (
        "update_dict_key_value",
        "update_dict_key_value",
        3,
        &["in_dict", "keys", "value", "delimiter", "ordered_dict"],
    ),
    ("uuid", "uuid_", 1, &["val"]),
    ("which", "which", 0, &["exe"]),
    ("xml", "SerializerExtension.format_xml", 1, &["value"]),
    ("yaml", "SerializerExtension.format_yaml", 1, &["value", "flow_style"]),
    ("yaml_dquote", "yaml_dquote", 1, &["text"]),
    ("yaml_encode", "yaml_encode", 1, &["data"]),
    ("yaml_squote", "yaml_squote", 1, &["text"]),
];

/// Refuses arguments that the filter does not take, with Python's words.
pub(super) fn check(arguments: &Arguments<'_>) -> Result<(), Error> {
    let found = SIGNATURES.binary_search_by_key(&arguments.name(), |(name, ..)| name);
    let Ok(at) = found else { return Ok(()) };
    let (_, function, required, parameters) = SIGNATURES[at];
    let keyword = arguments.keyword();
    let names: Vec<&str> = keyword.iter().map(|(name, _)| *name).collect();
    Signature { function, required, parameters }
        .check(arguments.positional().len(), &names)
        .map_err(|misfit| arguments.error_with(&misfit.reason, &misfit.suggestion))
}

#[cfg(test)]
mod tests {
    #[test]
    fn signatures_are_in_order() {
        assert!(super::SIGNATURES.is_sorted_by_key(|(name, ..)| *name));
    }
}
