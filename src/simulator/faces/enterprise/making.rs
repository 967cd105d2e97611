//! `send_sms_verification_code` and `create_sub_enterprise_account`. The password of a new member is read,
//! and what is written down of the call is without it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{Answer, Call, wrong},
    mandatory, optional, whole,
};
use crate::simulator::world::{Refusal, World, enterprise::members::NewMember, refuse};

/// Stands for every password that is written down; a well-formed one, so that the call happens again.
const NO_PASSWORD: &str = "Not-kept-1";

#[derive(Deserialize)]
struct CodeBody {
    mobile_phone: Option<Value>,
    timeout: Option<Value>,
    language: Option<Value>,
    sm_template_args: Option<Vec<Argument>>,
}

#[derive(Deserialize)]
struct Argument {
    key: Option<Value>,
    value: Option<Value>,
}

#[derive(Serialize, Deserialize)]
struct MemberBody {
    party_id: Option<Value>,
    display_name: Option<Value>,
    sub_customer_association_type: Option<Value>,
    permission_ids: Option<Vec<String>>,
    new_sub_customer: Option<NewCustomer>,
    financial_custody: Option<Value>,
}

#[derive(Serialize, Deserialize)]
struct NewCustomer {
    customer_name: Option<Value>,
    mobile_phone: Option<Value>,
    use_pri_mobile_phone: Option<Value>,
    password: Option<String>,
    verification_code: Option<Value>,
}

/// What is written down of a call that made a member: what it needs to happen again, and no password.
pub(crate) fn without_password(body: &[u8]) -> String {
    let Ok(mut body) = serde_json::from_slice::<MemberBody>(body) else { return String::new() };
    if let Some(member) = &mut body.new_sub_customer {
        member.password = Some(NO_PASSWORD.to_owned());
    }
    serde_json::to_string(&body).unwrap_or_default()
}

/// `POST /v2/enterprises/multi-accounts/sm-verification-code`
pub(super) fn send_code(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body: CodeBody = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    let phone = mandatory(body.mobile_phone.as_ref(), "mobile_phone")?;
    if !is_telephone(&phone) {
        return Err(wrong("mobile_phone"));
    }
    let minutes = whole(body.timeout.as_ref(), "timeout")?.unwrap_or(10);
    if minutes < 1 {
        return Err(wrong("timeout"));
    }
    let language = match optional(body.language.as_ref(), "language")?.as_deref() {
        None | Some("zh-cn") => "zh-cn",
        Some("en-us") => "en-us",
        Some(_) => return Err(wrong("language")),
    };
    let arguments = body.sm_template_args.unwrap_or_default();
    if arguments.is_empty() {
        return Err(refuse("CBC.0101", "The parameter sm_template_args is mandatory."));
    }
    let mut member = String::new();
    for argument in &arguments {
        if mandatory(argument.key.as_ref(), "sm_template_args.key")? != "sub_customer_name" {
            return Err(wrong("sm_template_args.key"));
        }
        member = mandatory(argument.value.as_ref(), "sm_template_args.value")?;
    }
    world.send_code(&call.cause, call.account, &phone, minutes, (language, &member))?;
    Ok(Answer::empty())
}

/// `POST /v2/enterprises/multi-accounts/sub-customers`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body: MemberBody = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    let missing = |name: &str| refuse("CBC.0101", format!("The parameter {name} is mandatory."));
    let party_id = mandatory(body.party_id.as_ref(), "party_id")?;
    match whole(body.sub_customer_association_type.as_ref(), "sub_customer_association_type")? {
        Some(1) => {}
        Some(_) => return Err(wrong("sub_customer_association_type")),
        None => return Err(missing("sub_customer_association_type")),
    }
    let custody = match whole(body.financial_custody.as_ref(), "financial_custody")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(wrong("financial_custody")),
    };
    let permissions = body.permission_ids.unwrap_or_default();
    // Their list is longer than what we know of it, so that only their form is looked at.
    let is_permission =
        |id: &String| !id.is_empty() && id.bytes().all(|b| b.is_ascii_uppercase() || b"-_".contains(&b));
    if !permissions.iter().all(is_permission) {
        return Err(wrong("permission_ids"));
    }
    let customer = body.new_sub_customer.ok_or_else(|| missing("new_sub_customer"))?;
    let new = NewMember {
        party_id,
        name: mandatory(customer.customer_name.as_ref(), "customer_name")?,
        display_name: optional(body.display_name.as_ref(), "display_name")?.filter(|name| !name.is_empty()),
        permissions,
        phone: phone(&customer)?,
        custody,
    };
    let password = customer.password.filter(|password| !password.is_empty());
    let password = password.ok_or_else(|| missing("password"))?;
    world.create_member(&call.cause, call.account, new, &password)?;
    Ok(Answer::empty())
}

/// The telephone of its own with the code, unless the master's is used.
fn phone(customer: &NewCustomer) -> Result<Option<(String, String)>, Refusal> {
    match optional(customer.use_pri_mobile_phone.as_ref(), "use_pri_mobile_phone")?.as_deref() {
        Some("Y") => return Ok(None),
        None | Some("" | "N") => {}
        Some(_) => return Err(wrong("use_pri_mobile_phone")),
    }
    let phone = mandatory(customer.mobile_phone.as_ref(), "mobile_phone")?;
    if !is_telephone(&phone) {
        return Err(wrong("mobile_phone"));
    }
    Ok(Some((phone, mandatory(customer.verification_code.as_ref(), "verification_code")?)))
}

/// A mobile number of China.
fn is_telephone(text: &str) -> bool {
    let number = text.as_bytes();
    number.len() == 11
        && number.iter().all(u8::is_ascii_digit)
        && number[0] == b'1'
        && (b'3'..=b'9').contains(&number[1])
}
