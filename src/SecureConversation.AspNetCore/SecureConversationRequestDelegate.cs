using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.AspNetCore;

/// <summary>Answers the verified requests of a SOAP endpoint, as ASP.NET Core's RequestDelegate answers those of HTTP.</summary>
/// <param name="context">The request.</param>
/// <returns>The plain reply, which is protected like its request, or <see cref="SoapReply.None"/> for one-way messages.</returns>
/// <exception cref="SoapFaultException">The client is answered by this fault, protected.</exception>
[SuppressMessage("Naming", "CA1711", Justification = "Named after RequestDelegate.")]
public delegate Task<SoapReply> SecureConversationRequestDelegate(SecureConversationContext context);
