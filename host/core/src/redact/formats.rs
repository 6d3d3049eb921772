//! Formats of tokens that a fixed beginning gives away: facts, as a table.
//!
//! Sources: the default rules of gitleaks (`config/gitleaks.toml`), and the vendors' own documentation of their tokens. A
//! length here is the least that counts, often less than a whole token has, so that one that was cut is still known.

/// Which characters follow the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Hexadecimal digits.
    Hex,
    /// Capital letters and digits.
    Upper,
    /// Letters and digits.
    Alnum,
    /// `Alnum` and `_`.
    Name,
    /// `Name` and `-`: base64 for URLs, without padding.
    Word,
    /// `Word`, `.` and `=`.
    Dotted,
    /// `Word`, `+`, `/`, `=` and `%`: base64 of either kind.
    Base64,
}

impl Body {
    pub(super) fn has(self, b: u8) -> bool {
        match self {
            Self::Hex => b.is_ascii_hexdigit(),
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Alnum => b.is_ascii_alphanumeric(),
            Self::Name => b.is_ascii_alphanumeric() || b == b'_',
            Self::Word => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
            Self::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'='),
            Self::Base64 => b.is_ascii_alphanumeric() || b"_-+/=%".contains(&b),
        }
    }
}

/// What may stand before the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Anything: it means nothing else, and a token may follow any letter.
    Any,
    /// No letter, digit or `_`: it is the end of ordinary words.
    Border,
}

/// A token's format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    /// Whose it is: for people who read the table, and for tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests name a row"))]
    pub(super) vendor: &'static str,
    pub(super) prefixes: &'static [&'static str],
    pub(super) body: Body,
    /// The least length of the body.
    pub(super) least: usize,
    pub(super) before: Before,
}

const fn row(
    vendor: &'static str,
    prefixes: &'static [&'static str],
    body: Body,
    least: usize,
    before: Before,
) -> Format {
    Format { vendor, prefixes, body, least, before }
}

use Before::{Any, Border};
use Body::{Alnum, Base64, Dotted, Hex, Name, Upper, Word};

#[rustfmt::skip]
pub(super) const FORMATS: &[Format] = &[
    // Code and packages
    row("GitHub", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], Alnum, 36, Any),
    row("GitHub, fine-grained", &["github_pat_"], Name, 22, Any),
    row("GitLab", &["glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-", "glwt-"], Dotted, 20, Any),
    row("GitLab runner registration", &["GR1348941"], Word, 20, Any),
    row("Bitbucket", &["ATBB"], Alnum, 32, Border),
    row("npm", &["npm_"], Alnum, 36, Any),
    row("PyPI", &["pypi-AgE"], Word, 16, Any),
    row("RubyGems", &["rubygems_"], Hex, 48, Any),
    row("NuGet", &["oy2"], Alnum, 43, Border),
    row("Clojars", &["CLOJARS_"], Alnum, 60, Any),
    row("Docker Hub", &["dckr_pat_", "dckr_oat_"], Word, 20, Any),
    row("JFrog", &["AKCp"], Alnum, 60, Border),
    row("JFrog reference token", &["cmVmd"], Alnum, 59, Border),
    row("Sourcegraph", &["sgp_"], Name, 40, Border),
    row("SonarQube", &["squ_", "sqp_", "sqa_"], Hex, 40, Border),
    row("Buildkite", &["bkua_", "bkct_"], Alnum, 36, Border),
    row("CircleCI", &["CCIPAT_", "CCIPRJ_"], Name, 40, Border),
    row("Octopus Deploy", &["API-"], Upper, 26, Border),
    row("Postman", &["PMAK-"], Word, 32, Border),
    row("Snyk", &["snyk_uat.", "snyk_sat."], Dotted, 20, Border),
    // Clouds
    row("Google API key", &["AIza"], Word, 35, Any),
    row("Google OAuth", &["ya29."], Dotted, 20, Border),
    row("Google OAuth client", &["GOCSPX-"], Word, 20, Any),
    row("Google refresh token", &["1//0"], Word, 30, Border),
    row("AWS Bedrock", &["bedrock-api-key-"], Base64, 20, Any),
    row("AWS Bedrock, long-lived", &["ABSK"], Base64, 60, Border),
    row("Alibaba Cloud", &["LTAI"], Alnum, 12, Border),
    row("Tencent Cloud", &["AKID"], Alnum, 32, Border),
    row("Yandex Cloud", &["AQVN"], Word, 35, Border),
    row("DigitalOcean", &["dop_v1_", "doo_v1_", "dor_v1_"], Hex, 40, Any),
    row("Heroku", &["HRKU-"], Word, 30, Border),
    row("Fly.io", &["fo1_"], Word, 40, Border),
    row("Fly.io macaroon", &["fm1a_", "fm1r_", "fm2_"], Base64, 60, Border),
    row("Vercel", &["vercel_blob_rw_", "vcp_", "vci_", "vca_", "vcr_"], Name, 24, Border),
    row("Netlify", &["nfp_"], Alnum, 36, Border),
    row("Render", &["rnd_"], Alnum, 28, Border),
    row("Scalingo", &["tk-us-"], Word, 48, Border),
    row("Tailscale", &["tskey-auth-", "tskey-api-", "tskey-client-", "tskey-scim-", "tskey-webhook-"], Word, 16, Any),
    row("Defined Networking", &["dnkey-"], Word, 40, Border),
    // Infrastructure
    row("HashiCorp Vault", &["hvs.", "hvb.", "hvr."], Word, 24, Border),
    row("Pulumi", &["pul-"], Hex, 40, Border),
    row("Doppler", &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."], Dotted, 20, Border),
    row("1Password service account", &["ops_eyJ"], Base64, 50, Any),
    row("Databricks", &["dapi"], Hex, 32, Border),
    row("PlanetScale", &["pscale_tkn_", "pscale_oauth_", "pscale_pw_"], Dotted, 32, Border),
    row("Neon", &["napi_"], Alnum, 40, Border),
    row("Supabase", &["sbp_"], Hex, 40, Border),
    row("Supabase secret key", &["sb_secret_"], Word, 20, Border),
    row("dbt", &["dbtc_", "dbtu_"], Word, 30, Border),
    row("ClickHouse Cloud", &["4b1d"], Alnum, 38, Border),
    row("OpenShift", &["sha256~"], Word, 43, Border),
    row("Prefect", &["pnu_"], Alnum, 36, Border),
    row("Infracost", &["ico-"], Alnum, 32, Border),
    // Models
    row("Anthropic", &["sk-ant-"], Word, 16, Any),
    row("OpenAI", &["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"], Word, 16, Any),
    row("OpenAI, legacy, and its imitators", &["sk-"], Alnum, 20, Border),
    row("OpenRouter, Langfuse, LiteLLM", &["sk-or-v1-", "sk-lf-", "sk-litellm-"], Word, 16, Any),
    row("Hugging Face", &["hf_"], Alnum, 30, Border),
    row("Hugging Face organization", &["api_org_"], Alnum, 34, Border),
    row("Groq", &["gsk_"], Alnum, 32, Border),
    row("xAI", &["xai-"], Alnum, 40, Border),
    row("Perplexity", &["pplx-"], Alnum, 40, Border),
    row("Replicate", &["r8_"], Alnum, 36, Border),
    row("Together", &["tgp_v1_"], Word, 32, Border),
    row("NVIDIA", &["nvapi-"], Word, 40, Border),
    row("Cerebras", &["csk-"], Alnum, 32, Border),
    row("Fireworks", &["fw_"], Alnum, 22, Border),
    row("Jina", &["jina_"], Alnum, 32, Border),
    row("LangSmith", &["lsv2_pt_", "lsv2_sk_"], Name, 32, Border),
    row("E2B", &["e2b_"], Hex, 40, Border),
    // Messages
    row("Slack", &["xoxa-", "xoxb-", "xoxc-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xoxe.xoxb-", "xoxe.xoxp-"], Word, 10, Any),
    row("Slack cookie", &["xoxd-"], Base64, 10, Any),
    row("Slack app", &["xapp-"], Word, 12, Any),
    row("Sendinblue", &["xkeysib-", "xsmtpsib-"], Word, 32, Any),
    row("Linear", &["lin_api_", "lin_oauth_"], Alnum, 32, Any),
    row("Notion", &["ntn_"], Alnum, 40, Border),
    row("Notion, legacy", &["secret_"], Alnum, 43, Border),
    row("Atlassian", &["ATATT3", "ATCTT3", "ATSTT3"], Dotted, 60, Any),
    row("Figma", &["figd_", "figu_"], Word, 40, Border),
    row("Frame.io", &["fio-u-"], Word, 40, Border),
    row("Contentful", &["CFPAT-"], Word, 40, Border),
    row("Dropbox", &["sl."], Word, 100, Border),
    row("Typeform", &["tfp_"], Dotted, 40, Border),
    row("ReadMe", &["rdme_"], Alnum, 40, Border),
    row("Facebook", &["EAAC", "EAAM"], Alnum, 100, Border),
    // Payments and shops
    row("Stripe", &["sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"], Alnum, 10, Border),
    row("Stripe webhook", &["whsec_"], Base64, 20, Any),
    row("Square", &["sq0atp-", "sq0csp-", "sq0idp-"], Word, 22, Any),
    row("Square access token", &["EAAAl", "EAAAE"], Word, 55, Border),
    row("Shopify", &["shpat_", "shpca_", "shppa_", "shpss_"], Hex, 32, Any),
    row("Shippo", &["shippo_live_", "shippo_test_"], Hex, 40, Any),
    row("EasyPost", &["EZAK", "EZTK"], Alnum, 54, Border),
    row("Duffel", &["duffel_test_", "duffel_live_"], Word, 40, Any),
    row("Flutterwave", &["FLWSECK_TEST-", "FLWSECK-"], Word, 12, Any),
    row("Plaid", &["access-sandbox-", "access-development-", "access-production-"], Word, 36, Border),
    row("Razorpay", &["rzp_live_", "rzp_test_"], Alnum, 14, Border),
    row("PayPal", &["access_token$production$", "access_token$sandbox$"], Name, 16, Any),
    row("Adobe", &["p8e-"], Alnum, 32, Border),
    // Watching
    row("New Relic", &["NRAK-", "NRII-", "NRJS-", "NRRA-"], Word, 19, Border),
    row("Dynatrace", &["dt0c01.", "dt0s01.", "dt0s16."], Dotted, 40, Border),
    row("Grafana service account", &["glsa_"], Name, 40, Any),
    row("Grafana Cloud", &["glc_"], Base64, 32, Border),
    row("Grafana, legacy", &["eyJrIjoi"], Base64, 60, Border),
    row("Sentry organization", &["sntrys_"], Base64, 32, Any),
    row("Sentry user", &["sntryu_"], Hex, 40, Any),
    row("Honeycomb", &["hcaik_", "hcbik_", "hcxik_"], Alnum, 32, Border),
    row("PostHog", &["phx_", "phs_"], Alnum, 32, Border),
    // Identity
    row("Ory", &["ory_at_", "ory_rt_", "ory_st_", "ory_pat_"], Dotted, 32, Border),
    row("SettleMint", &["sm_aat_", "sm_pat_", "sm_sat_"], Alnum, 16, Border),
    row("42", &["s-s4t2ud-", "s-s4t2af-"], Hex, 40, Border),
    row("age", &["AGE-SECRET-KEY-1"], Upper, 40, Any),
    // JSON web tokens in base64 once more, and private keys in base64 by their first line
    row("JWT in base64", &["ZXlKaGJHY2lPaU", "ZXlKMGVYQWlPaU", "ZXlKcmFXUWlPaU", "ZXlKbGJtTWlPaU"], Base64, 40, Any),
    row("private key in base64", &["LS0tLS1CRUdJTiBQUklWQVRFIEtFW", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURS", "LS0tLS1CRUdJTiBFQyBQUklWQVRFI", "LS0tLS1CRUdJTiBEU0EgUFJJVkFURS", "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVE", "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURS", "LS0tLS1CRUdJTiBQR1AgUFJJVkFURS"], Base64, 16, Any),
];

/// A format whose fixed part stands in the middle or at the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Infix {
    pub(super) mark: &'static str,
    pub(super) body: Body,
    /// The least lengths on both sides of the mark.
    pub(super) before: usize,
    pub(super) after: usize,
}

#[rustfmt::skip]
pub(super) const INFIXES: &[Infix] = &[
    // Terraform Cloud: ID.atlasv1.SECRET
    Infix { mark: ".atlasv1.", body: Word, before: 10, after: 40 },
    // OpenAI, any kind
    Infix { mark: "T3BlbkFJ", body: Word, before: 10, after: 10 },
    // Azure: keys with a signature of their kind in them, near the end
    Infix { mark: "AZDO", body: Alnum, before: 76, after: 4 },
    Infix { mark: "JQQJ99", body: Alnum, before: 40, after: 10 },
    Infix { mark: "+ASt", body: Base64, before: 76, after: 6 },
    Infix { mark: "ACDb", body: Base64, before: 70, after: 6 },
    Infix { mark: "+AEh", body: Base64, before: 32, after: 5 },
    Infix { mark: "+ARm", body: Base64, before: 32, after: 5 },
    Infix { mark: "AzSe", body: Alnum, before: 42, after: 6 },
    Infix { mark: "AzFu", body: Base64, before: 44, after: 6 },
    // MaxMind
    Infix { mark: "_mmk", body: Name, before: 30, after: 0 },
];
