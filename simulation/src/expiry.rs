//! What BSS does with values that are set and set back, and with resources that become pay-per-use at once.

use bss_portal::bss::transport::Request;
use serde_json::Value;

use crate::{
    engine::At,
    upstream::{Effect, PORTAL_USER, Said, Upstream, What},
};

/// The key of what is set for the whole account.
pub(crate) const WHOLE_ACCOUNT: &str = "account";

/// What happens at expiry, in the codes of the wire.
pub(crate) mod policy {
    pub(crate) const NOTHING: u8 = 0;
    pub(crate) const PAY_PER_USE: u8 = 1;
    pub(crate) const RENEWED: u8 = 3;
}

/// Whether a value is as a kind of operation wants it.
pub(crate) fn holds(kind: &str, value: u8) -> bool {
    match kind {
        "auto_renew_on" => value == policy::RENEWED,
        "auto_renew_off" => value != policy::RENEWED,
        "at_expiry_on" => value == policy::PAY_PER_USE,
        "at_expiry_off" => value != policy::PAY_PER_USE,
        other => panic!("{other} sets nothing"),
    }
}

impl Upstream {
    /// Carries out one of the requests that set something or convert. Setting again is no mistake.
    pub(crate) fn set(
        &mut self,
        request: &Request,
        (body, resources): (&Value, &[&str]),
        post: usize,
        (now, lag): (At, At),
    ) -> Said {
        let named = request.target.rsplit('/').next().unwrap_or_default();
        match request.operation {
            "auto_renewal_resources" => self.set_policy(named, policy::RENEWED, post, now),
            "cancel_auto_renewal_resources" => {
                let is_on = |code| code == policy::RENEWED;
                if self.resources.get(named).is_some_and(|resource| !is_on(resource.policy(now))) {
                    return Said::refusal("CBC.99003605", "the resource is not renewed automatically");
                }
                self.set_policy(named, policy::NOTHING, post, now)
            }
            "update_period_to_on_demand" => {
                let wanted =
                    if body["operation"] == "SET_UP" { policy::PAY_PER_USE } else { policy::NOTHING };
                let Some(id) = resources.first() else { return Said::refusal("CBC.0101", "no resource") };
                match self.set_policy(id, wanted, post, now) {
                    Said { status: 204, .. } => Said::new(200, r#"{"error_details":[]}"#),
                    refused => refused,
                }
            }
            "update_period_to_on_demand_instantly" => {
                let Some(id) = resources.first() else { return Said::refusal("CBC.0101", "no resource") };
                self.convert(id, post, (now, lag))
            }
            "set_resources_renew_config" => {
                let days = body["config_value"].as_str().and_then(|days| days.parse().ok());
                self.write_value(What::Day, WHOLE_ACCOUNT, days, post);
                Said::new(200, r#"{"error_code":"CBC.0000","error_msg":"success"}"#)
            }
            other => panic!("BSS knows no {other}"),
        }
    }

    fn write_value(&mut self, what: What, key: &str, value: Option<u8>, post: usize) {
        let (key, made, amount, post) = (key.to_owned(), None, 0, Some(post));
        self.ledger.push(Effect { what, key, made, amount, value, post });
    }

    fn set_policy(&mut self, id: &str, code: u8, post: usize, now: At) -> Said {
        let Some(resource) = self.resources.get_mut(id).filter(|resource| resource.is_alive(now)) else {
            return Said::refusal("CBC.99003012", "the resource is gone");
        };
        resource.policy.push((now, code));
        self.write_value(What::Set, id, Some(code), post);
        Said::new(204, "")
    }

    fn convert(&mut self, id: &str, post: usize, at: (At, At)) -> Said {
        let is_there = self.resources.get(id).is_some_and(|resource| self.naive || resource.is_alive(at.0));
        let result = if is_there {
            let order = self.leaves(id, 10, PORTAL_USER, at);
            self.happened(What::Convert, id, (Some(order.clone()), 0), Some(post));
            format!(r#""result":"SUCCESS","order_id":"{order}""#)
        } else {
            r#""result":"FAIL","error_code":"CBC.99003012","error_msg":"the resource is gone""#.to_owned()
        };
        Said::new(200, format!(r#"{{"to_ondemand_service_results":[{{"resource_id":"{id}",{result}}}]}}"#))
    }
}
