namespace SecureConversation.AspNetCore;

/// <summary>Answers the verified requests of a SOAP endpoint.</summary>
/// <param name="context">The request.</param>
/// <returns>The plain reply, which is protected like its request, or <see cref="SoapReply.None"/> for one-way messages.</returns>
/// <exception cref="SoapFaultException">The client is answered by this fault, protected.</exception>
public delegate Task<SoapReply> SecureConversationHandler(SecureConversationContext context);
