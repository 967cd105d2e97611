//! Service, resource and usage types as data, beside those that [`SERVICES`](super::SERVICES) has.

/// A service type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceType {
    pub(crate) code: &'static str,
    pub(crate) names: [&'static str; 2],
    pub(crate) abbreviation: &'static str,
}

/// A resource type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResourceType {
    /// The code of its service.
    pub(crate) service: &'static str,
    pub(crate) code: &'static str,
    pub(crate) names: [&'static str; 2],
}

/// What the services with products are called for short, in their order.
pub(super) const ABBREVIATIONS: [&str; 15] = [
    "ECS",
    "EVS",
    "VPC",
    "RDS",
    "OBS",
    "CDN",
    "DCS",
    "DDS",
    "ELB",
    "NAT",
    "WAF",
    "CCE",
    "DMS",
    "HSS",
    "CloudPond",
];

const fn service(code: &'static str, zh: &'static str, en: &'static str, short: &'static str) -> ServiceType {
    ServiceType { code, names: [zh, en], abbreviation: short }
}

/// Services that nothing is ordered of: they are paid by use, or come with others.
pub(super) static MORE_SERVICES: [ServiceType; 8] = [
    service("hws.service.type.iec", "智能边缘云", "Intelligent EdgeCloud", "IEC"),
    service("hws.service.type.cbr", "云备份", "Cloud Backup and Recovery", "CBR"),
    service("hws.service.type.sfsturbo", "弹性文件服务", "Scalable File Service Turbo", "SFS Turbo"),
    service("hws.service.type.functiongraph", "函数工作流", "FunctionGraph", "FunctionGraph"),
    service("hws.service.type.lts", "云日志服务", "Log Tank Service", "LTS"),
    service("hws.service.type.smn", "消息通知服务", "Simple Message Notification", "SMN"),
    service("hws.service.type.dns", "云解析服务", "Domain Name Service", "DNS"),
    service("hws.service.type.offline", "线下服务", "Offline services", "Offline"),
];

const fn resource(
    service: &'static str,
    code: &'static str,
    zh: &'static str,
    en: &'static str,
) -> ResourceType {
    ResourceType { service, code, names: [zh, en] }
}

/// Resource types beside the one that each service with products has.
pub(super) static MORE_RESOURCES: [ResourceType; 11] = [
    resource("hws.service.type.vpc", "hws.resource.type.ip", "弹性公网IP", "Elastic IP"),
    resource("hws.service.type.rds", "hws.resource.type.rds.volume", "RDS存储", "RDS storage"),
    resource("hws.service.type.iec", "hws.resource.type.edgebandwidth", "边缘带宽", "Edge bandwidth"),
    resource("hws.service.type.iec", "hws.resource.type.edgevm", "边缘实例", "Edge instance"),
    resource("hws.service.type.cbr", "hws.resource.type.cbr.vault", "存储库", "Vault"),
    resource("hws.service.type.sfsturbo", "hws.resource.type.sfsturbo", "文件系统", "File system"),
    resource("hws.service.type.functiongraph", "hws.resource.type.functiongraph", "函数", "Function"),
    resource("hws.service.type.lts", "hws.resource.type.lts", "日志流", "Log stream"),
    resource("hws.service.type.smn", "hws.resource.type.smn", "消息", "Message"),
    resource("hws.service.type.dns", "hws.resource.type.dns", "域名解析", "Name resolution"),
    resource("hws.service.type.offline", "hws.resource.type.general", "通用规格", "General spec"),
];

/// Usage types: service, resource type, code, names.
pub(crate) static USAGE_TYPES: &[(&str, &str, &str, [&str; 2])] = &[
    ("hws.service.type.ec2", "hws.resource.type.vm", "Duration", DURATION),
    ("hws.service.type.ebs", "hws.resource.type.volume", "Duration", DURATION),
    ("hws.service.type.vpc", "hws.resource.type.bandwidth", "Duration", DURATION),
    ("hws.service.type.vpc", "hws.resource.type.bandwidth", "upflow", TRAFFIC),
    ("hws.service.type.vpc", "hws.resource.type.bandwidth", "bandwidth95peak", PEAK),
    ("hws.service.type.vpc", "hws.resource.type.ip", "Duration", DURATION),
    ("hws.service.type.rds", "hws.resource.type.rds.vm", "Duration", DURATION),
    ("hws.service.type.rds", "hws.resource.type.rds.volume", "Duration", DURATION),
    ("hws.service.type.obs", "hws.resource.type.obs", "storage", ["存储容量", "Storage"]),
    ("hws.service.type.obs", "hws.resource.type.obs", "upflow", TRAFFIC),
    ("hws.service.type.obs", "hws.resource.type.obs", "reqNumber", CALLS),
    ("hws.service.type.cdn", "hws.resource.type.cdn", "flow", ["流量", "Traffic"]),
    ("hws.service.type.cdn", "hws.resource.type.cdn", "95Peak", PEAK),
    ("hws.service.type.dcs", "hws.resource.type.dcs3", "Duration", DURATION),
    ("hws.service.type.dds", "hws.resource.type.dds.vm", "Duration", DURATION),
    ("hws.service.type.elb", "hws.resource.type.elb", "Duration", DURATION),
    ("hws.service.type.natgateway", "hws.resource.type.natgateway", "Duration", DURATION),
    ("hws.service.type.cce", "hws.resource.type.cce.cluster", "Duration", DURATION),
    ("hws.service.type.dms", "hws.resource.type.dms.kafka", "Duration", DURATION),
    ("hws.service.type.hss", "hws.resource.type.hss", "Duration", DURATION),
    ("hws.service.type.iec", "hws.resource.type.edgebandwidth", "95peak_plus", PEAK),
    ("hws.service.type.iec", "hws.resource.type.edgevm", "Duration", DURATION),
    ("hws.service.type.cbr", "hws.resource.type.cbr.vault", "Duration", DURATION),
    ("hws.service.type.sfsturbo", "hws.resource.type.sfsturbo", "Duration", DURATION),
    ("hws.service.type.functiongraph", "hws.resource.type.functiongraph", "reqNumber", CALLS),
    (
        "hws.service.type.functiongraph",
        "hws.resource.type.functiongraph",
        "memoryDuration",
        ["内存用量时长", "Memory x duration"],
    ),
    ("hws.service.type.lts", "hws.resource.type.lts", "indexFlow", ["索引流量", "Indexed traffic"]),
    ("hws.service.type.smn", "hws.resource.type.smn", "reqNumber", CALLS),
    ("hws.service.type.dns", "hws.resource.type.dns", "reqNumber", CALLS),
];

const DURATION: [&str; 2] = ["时长", "Duration"];
const TRAFFIC: [&str; 2] = ["公网流出流量", "Outbound traffic"];
const CALLS: [&str; 2] = ["调用次数", "Calls"];
const PEAK: [&str; 2] = ["95峰值带宽", "95th percentile bandwidth"];
