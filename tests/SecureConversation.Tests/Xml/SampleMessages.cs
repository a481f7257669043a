namespace SecureConversation.Tests.Xml;

/// <summary>A message as WCF writes it: a secured request to cancel a security context.</summary>
internal static class SampleMessages
{
    /// <summary>On one line, as on the wire.</summary>
    public static string Cancel { get; } = CancelLines.ReplaceLineEndings("");

    private const string CancelLines =
        """
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
        <s:Header>
        <a:Action s:mustUnderstand="1" u:Id="_1">http://schemas.xmlsoap.org/ws/2005/02/trust/RST/SCT/Cancel</a:Action>
        <a:MessageID u:Id="_2">urn:uuid:12998883-9609-4b12-9645-2a36e144030c</a:MessageID>
        <a:ReplyTo u:Id="_3">
        <a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address>
        </a:ReplyTo>
        <a:To s:mustUnderstand="1" u:Id="_4">http://127.0.0.1:21001/echo</a:To>
        <o:Security s:mustUnderstand="1" xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
        <u:Timestamp u:Id="uuid-985708ff-79de-4ca5-b071-2dbfe58d0882-12">
        <u:Created>2026-11-20T10:15:07.602Z</u:Created>
        <u:Expires>2026-11-20T10:20:07.602Z</u:Expires>
        </u:Timestamp>
        <c:SecurityContextToken u:Id="uuid-84ead7e9-06c0-4606-bb9d-e5cb56d206d5-1" xmlns:c="http://schemas.xmlsoap.org/ws/2005/02/sc">
        <c:Identifier>urn:uuid:f6f32993-685f-4f14-9b05-f5504e7871dd</c:Identifier>
        </c:SecurityContextToken>
        <c:DerivedKeyToken u:Id="uuid-985708ff-79de-4ca5-b071-2dbfe58d0882-4" xmlns:c="http://schemas.xmlsoap.org/ws/2005/02/sc">
        <o:SecurityTokenReference>
        <o:Reference URI="#uuid-84ead7e9-06c0-4606-bb9d-e5cb56d206d5-1"/>
        </o:SecurityTokenReference>
        <c:Offset>0</c:Offset>
        <c:Length>24</c:Length>
        <c:Nonce>vO2Cggnm/CmD29/+EnTpnA==</c:Nonce>
        </c:DerivedKeyToken>
        <Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
        <SignedInfo>
        <CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        <SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>
        <Reference URI="#_0">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>EDHbsu5tMigpBJB6DzxVrsOa6nY=</DigestValue>
        </Reference>
        <Reference URI="#_1">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>GA0icwQsAzfUOq7Gy1Cg8CTTk6o=</DigestValue>
        </Reference>
        <Reference URI="#_2">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>EUZVywURma4mkTSOspqCvuawUd8=</DigestValue>
        </Reference>
        <Reference URI="#_3">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>o3ibE52LCPwycD7dwAsKtJa+WMw=</DigestValue>
        </Reference>
        <Reference URI="#_4">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>u/Nyrwj8gfYENvoeqWuxW7cl5Ug=</DigestValue>
        </Reference>
        <Reference URI="#uuid-985708ff-79de-4ca5-b071-2dbfe58d0882-12">
        <Transforms>
        <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
        <DigestValue>rzg6dOKUnv9d8XzjTyvDIlx93Zk=</DigestValue>
        </Reference>
        </SignedInfo>
        <SignatureValue>xnWpL/KtYdsvI48OTIUsTfG0UYM=</SignatureValue>
        <KeyInfo>
        <o:SecurityTokenReference>
        <o:Reference URI="#uuid-985708ff-79de-4ca5-b071-2dbfe58d0882-4"/>
        </o:SecurityTokenReference>
        </KeyInfo>
        </Signature>
        </o:Security>
        </s:Header>
        <s:Body u:Id="_0">
        <t:RequestSecurityToken xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust">
        <t:RequestType>http://schemas.xmlsoap.org/ws/2005/02/trust/Cancel</t:RequestType>
        <t:CancelTarget>
        <o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
        <o:Reference URI="urn:uuid:f6f32993-685f-4f14-9b05-f5504e7871dd" ValueType="http://schemas.xmlsoap.org/ws/2005/02/sc/sct">
        </o:Reference>
        </o:SecurityTokenReference>
        </t:CancelTarget>
        </t:RequestSecurityToken>
        </s:Body>
        </s:Envelope>
        """;
}
