//! Secrets that their own shape gives away. Sources: the vendors' documentation of their token formats, and the rules of
//! gitleaks and of GitHub's secret scanning.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::values::is_credential_like;
use super::{Span, regex};

/// Where a pattern has a group, the group is the secret; else all of it is. Prefixes that mean nothing else need no word
/// border before them: a token may follow any letter.
const PATTERNS: &[&str] = &[
    // GitHub: classic, OAuth, user, server and refresh tokens; fine-grained tokens
    r"gh[pousr]_[A-Za-z0-9_]{36,}",
    r"github_pat_[A-Za-z0-9_]{22,}",
    // GitLab
    r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[A-Za-z0-9_.=-]{20,}",
    r"GR1348941[A-Za-z0-9_-]{20,}",
    // Package registries
    r"npm_[A-Za-z0-9]{36,}",
    r"pypi-AgE[A-Za-z0-9_-]{16,}",
    r"rubygems_[a-f0-9]{48}",
    r"(?-u:\b)cio[A-Za-z0-9]{32}(?-u:\b)",
    r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}",
    // Slack, Discord, Telegram
    r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}",
    r"xapp-[0-9]-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_+-]{20,})",
    r"discord(?:app)?\.com/api/webhooks/[0-9]+/([A-Za-z0-9_-]{20,})",
    r"(?-u:\b)[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
    r"(?-u:\b)mfa\.[A-Za-z0-9_-]{80,}",
    r"[0-9]{8,10}:A[A-Za-z0-9_-]{34,}",
    // Payments
    r"(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    r"whsec_[A-Za-z0-9+/=]{20,}",
    r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}",
    r"(?-u:\b)shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    // Models
    r"sk-ant-[A-Za-z0-9_-]{16,}",
    r"sk-(?:proj|svcacct|admin|None|or-v1|lf|litellm)-[A-Za-z0-9_-]{16,}",
    r"(?-u:\b)sk-[A-Za-z0-9]{20,}",
    r"(?-u:\b)hf_[A-Za-z0-9]{30,}",
    r"(?-u:\b)(?:gsk|xai|fw|pplx|r8|tgp_v1|nvapi|csk|jina|lsv2_pt|lsv2_sk|e2b|cohere)[_-][A-Za-z0-9_-]{32,}",
    // Google
    r"AIza[0-9A-Za-z_-]{35,}",
    r"(?-u:\b)ya29\.[0-9A-Za-z_.-]{20,}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    r"(?-u:\b)1//0[A-Za-z0-9_-]{30,}",
    // Amazon
    r"(?-u:\b)((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?-u:\b)",
    r"(?-u:\b)ABSK[A-Za-z0-9+/=]{60,}",
    r"bedrock-api-key-[A-Za-z0-9+/=]{20,}",
    // Azure
    r"(?-u:\b)[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
    // Clouds and services
    r"do[oprt]_v1_[a-f0-9]{64}",
    r"(?-u:\b)SK[0-9a-f]{32}(?-u:\b)",
    r"(?-u:\b)SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"(?-u:\b)key-[0-9a-f]{32}(?-u:\b)",
    r"(?-u:\b)[0-9a-f]{32}-us[0-9]{1,2}(?-u:\b)",
    r"(?-u:\b)(?:hvs|hvb|hvr)\.[A-Za-z0-9_-]{24,}",
    r"(?-u:\b)dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{20,}",
    r"(?-u:\b)(?:lin_api|lin_oauth|ntn|secret|pul|sntrys|sntryu|glsa|glc|rnd|phx|phs|figd|fio-u|dapi|dt0c01|EAAA|PMAK|NRAK|sbp|vercel_blob_rw|re|ory_at|ory_rt|CFPAT)[-_.][A-Za-z0-9_.-]{32,}",
    r"atlasv1\.[A-Za-z0-9_=-]{40,}",
    r"ATATT3[A-Za-z0-9_=-]{60,}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{40,}",
    r"(?-u:\b)tskey-[a-z]+-[A-Za-z0-9-]{16,}",
    // JSON web tokens, also cut ones: a header in base64 always starts so
    r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,4}",
    // Passwords in addresses: up to the last `@` before the path, since passwords have `@` in them as well
    r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'`<>\\]*:([^\s/"'`<>\\]+)@"#,
    r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'`<>\\]*:([^\s/@?#"'`<>\\]*[^\s/@?#"'`<>\\0-9][^\s/@?#"'`<>\\]*/[^\s@?#"'`<>\\]*)@"#,
    r#"[A-Za-z][A-Za-z0-9+.-]*://([A-Za-z0-9_-]{20,})@"#,
    // Signatures in addresses
    r"(?i)[?&](?:sig|signature|x-amz-signature|x-amz-credential|x-goog-signature|x-goog-credential)=([A-Za-z0-9%+/=_.~-]{8,})",
    // curl -u user:password
    r#"curl (?:[^\n]* )?(?:-u|--user)[ =]?["']?[^\s:"']+:([^\s"']+)"#,
    // .netrc
    r"(?i)(?-u:\b)login[ \t]+[^\s]+[ \t]+password[ \t]+([^\s]+)",
    // PuTTY
    r"Private-Lines: [0-9]+\r?\n((?:[A-Za-z0-9+/=]+\r?\n?)+)",
];

/// A scheme and its secret outside of a header. Only what looks like a credential: "Bearer authentication" is prose.
const SCHEME: &str = r"(?i)(?-u:\b)(?:bearer|basic)[ \t]+([A-Za-z0-9._~+/=-]{8,})";

struct Patterns {
    /// Says in one pass which patterns occur at all.
    set: RegexSet,
    each: Vec<Regex>,
    scheme: Regex,
}

static COMPILED: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    set: RegexSet::new(PATTERNS).expect("constant patterns"),
    each: PATTERNS.iter().map(|pattern| regex(pattern)).collect(),
    scheme: regex(SCHEME),
});

/// Adds the secrets of `text` whose shape is known.
pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    for index in COMPILED.set.matches(text) {
        for found in COMPILED.each[index].captures_iter(text) {
            let Some(all) = found.get(0) else { continue };
            let secret = found.get(1).unwrap_or(all);
            spans.push(Span { from: all.start(), start: secret.start(), end: secret.end() });
        }
    }
    for found in COMPILED.scheme.captures_iter(text) {
        if let (Some(all), Some(secret)) = (found.get(0), found.get(1))
            && is_credential_like(secret.as_str())
        {
            spans.push(Span { from: all.start(), start: secret.start(), end: secret.end() });
        }
    }
}
